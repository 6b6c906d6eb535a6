"""Who sends a request or opens a socket, as far as its headers tell: by API key, or by session.

For what must know it before Django has made a request: the live feed, and uploads before their
first byte is read.
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

from accounts import api_keys, origins
from accounts.models import User
from accounts.session_store import SessionAsItStands


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of an ASGI scope by their names in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


def bearer(headers: Mapping[str, str]) -> str | None:
    """The API key in the headers, or None when there is none."""
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def cookie(headers: Mapping[str, str], name: str) -> str | None:
    """A cookie of the headers."""
    return parse_cookie(headers.get("cookie", "")).get(name)


def user_of_key(secret: str) -> User | None:
    """The active user of a live API key."""
    key = api_keys.find(secret)
    return key.user if key else None


def user_of_key_id(key_id: UUID) -> User | None:
    """The active user of a live API key, by the key's id."""
    key = api_keys.live(key_id)
    return key.user if key else None


def user_of_session(session_key: str | None) -> User | None:
    """As Django's own middleware does it, session hash and all; the session stays as it is."""
    request = HttpRequest()
    request.session = SessionAsItStands(session_key)
    user = auth.get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def is_ours(headers: Mapping[str, str]) -> bool:
    """Whether a page of ours may have sent this, as Django checks unsafe requests: the origin is
    the host itself, or a trusted one. Who sends no origin is no page: every browser sends one."""
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
    # A page that came in the clear may be anybody's, whatever its name is.
    schemes = ("https",) if settings.SESSION_COOKIE_SECURE else ("http", "https")
    is_here = parts.scheme in schemes and parts.netloc == host
    return is_here or any(_is_trusted(parts, one) for one in trusted)


def may_ask(headers: Mapping[str, str]) -> bool:
    """Whether a page that has a key may have sent this: one of ours, or one of an origin that may
    use the API from elsewhere."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    return is_ours(headers) or (origin is not None and origins.is_allowed(origin))


def _is_trusted(origin: SplitResult, trusted: SplitResult) -> bool:
    """As Django reads CSRF_TRUSTED_ORIGINS: an asterisk stands for any subdomain."""
    if origin.scheme != trusted.scheme:
        return False
    return is_same_domain(origin.netloc, trusted.netloc.removeprefix("*"))
