"""Who is at the other end of a socket: by API key in the header, or by session cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from accounts import api_keys
from accounts.models import User


class NotListening(Exception):
    """Raised when a socket may not listen; ``code`` closes it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


NOT_AUTHENTICATED = 4401
FOREIGN_ORIGIN = 4403


@dataclass(frozen=True)
class Listener:
    """The user behind a socket; ``check`` asks again whether key or session still stand."""

    user: User
    check: Callable[[], User | None]

    def is_still_in(self) -> bool:
        """Whether the key was not revoked and nobody has logged out."""
        return self.check() is not None


def identify(scope: dict[str, Any]) -> Listener:
    """The listener of a socket; raises ``NotListening``. Reads the database.

    The origin matters only where the browser sends the cookie by itself: a page elsewhere can
    open a socket to us but cannot put a key in its header.
    """
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    kind, _, secret = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return _listener(lambda: _of_key(secret.strip()))
    if not _is_ours(headers.get("origin"), headers.get("host", "")):
        raise NotListening(FOREIGN_ORIGIN)
    session = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    return _listener(lambda: _of_session(session))


def _listener(check: Callable[[], User | None]) -> Listener:
    user = check()
    if user is None:
        raise NotListening(NOT_AUTHENTICATED)
    return Listener(user, check)


def _of_key(secret: str) -> User | None:
    key = api_keys.find(secret)
    return key.user if key else None


def _of_session(session_key: str | None) -> User | None:
    """As Django's own middleware does it, session hash and all."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def _is_ours(origin: str | None, host: str) -> bool:
    """As Django checks unsafe requests: the host itself, or a trusted origin."""
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    # Every browser sends an origin; whoever sends none is no page.
    return (
        origin is None or urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS
    )
