"""Find out from its headers who sends a request or opens a socket: by API key, by the token of an
app, or by session.

It serves code that must know this before Django has made a request: the live feed, and the check
of uploads before their first byte is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from accounts import api_keys, app_tokens, origins, scopes, second_factors
from accounts.models import ApiKey, User
from accounts.scopes import OF_APPS, Scope
from accounts.session_store import (
    AppSessionAsItStands,
    BrowserSessionAsItStands,
    SessionStore,
)


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers of an ASGI scope by their lower-case names."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return the bearer token in the headers, or None if there is none."""
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def cookie(headers: Mapping[str, str], name: str) -> str | None:
    """Return the value of a cookie in the headers, or None."""
    return parse_cookie(headers.get("cookie", "")).get(name)


def user_of_key(secret: str, address: str | None, *, needs: str = Scope.READ) -> User | None:
    """Return the active user of a valid API key that is used from an address, or None. Raises
    ``WrongPlace``, and ``InsufficientScope`` if the key lacks the scope that it ``needs``."""
    key = key_of(secret, address, needs=needs)
    return key.user if key else None


def key_of(secret: str, address: str | None, *, needs: str = Scope.READ) -> ApiKey | None:
    """Return a valid API key, like ``user_of_key``."""
    key = api_keys.find(secret, address)
    if key is not None:
        scopes.require(key.user.scopes, needs)
    return key


def user_of_key_id(key_id: UUID, address: str | None, *, needs: str = Scope.READ) -> User | None:
    """Return the active user of a valid API key that is used from an address by the key's id, or
    None. Raises ``WrongPlace`` and ``InsufficientScope``."""
    key = api_keys.live(key_id, address)
    if key is None:
        return None
    scopes.require(key.user.scopes, needs)
    return key.user


def app_session(headers: Mapping[str, str]) -> str | None:
    """Return the key of the session whose token an app sends: its session token, or an access token
    that has not expired. Empty if the token is no good, None if there is none."""
    secret = bearer(headers)
    if secret is not None and app_tokens.is_one(secret):
        return app_tokens.session_key_of(secret) or ""
    return None if secret is not None else headers.get(app_tokens.SESSION_HEADER)


def user_of_session(session_key: str | None) -> User | None:
    """Return the active user of a browser's session, or None; also None for staff who have yet to
    add a second factor that this site requires."""
    return _with_factor(_user_of(BrowserSessionAsItStands(session_key)))


def user_of_app(session_key: str | None) -> User | None:
    """Return the active user of an app's session, like ``user_of_session``, with the scopes of
    apps."""
    return _with_factor(app_user(session_key))


def app_user(session_key: str | None) -> User | None:
    """Return the active user of an app's session with the scopes of apps, or None. Whether they
    need a second factor is not looked at."""
    user = _user_of(AppSessionAsItStands(session_key))
    if user is not None:
        user.scopes = OF_APPS
    return user


def _with_factor(user: User | None) -> User | None:
    return None if user is None or second_factors.is_missing(user) else user


def _user_of(session: SessionStore) -> User | None:
    """Return the active user of a session, or None. It checks the session hash as Django's own
    middleware does, and leaves the session unchanged."""
    request = HttpRequest()
    request.session = session
    user = auth.get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def is_ours(headers: Mapping[str, str]) -> bool:
    """Whether a page of this site may have sent this, as Django checks unsafe requests: the origin
    is the host itself or a trusted one. A client that sends no origin passes, since every browser
    sends one."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    trusted = (urlsplit(one) for one in settings.CSRF_TRUSTED_ORIGINS)
    # A page that was served without TLS may come from anybody, whatever its host name.
    schemes = ("https",) if settings.SESSION_COOKIE_SECURE else ("http", "https")
    # Whole and letter for letter: `urlsplit` overlooks tabs, and knows paths.
    is_here = origin in [f"{scheme}://{host}" for scheme in schemes]
    return is_here or any(_is_trusted(parts, one) for one in trusted)


def may_ask(headers: Mapping[str, str]) -> bool:
    """Whether a page that holds an API key may have sent this: a page of this site, or one of an
    origin in ``CORS_ALLOWED_ORIGINS``."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    return is_ours(headers) or (origin is not None and origins.is_allowed(origin))


def _is_trusted(origin: SplitResult, trusted: SplitResult) -> bool:
    """Match an origin as Django reads CSRF_TRUSTED_ORIGINS: an asterisk means any subdomain."""
    if origin.scheme != trusted.scheme:
        return False
    return is_same_domain(origin.netloc, trusted.netloc.removeprefix("*"))
