"""Who is at the other end of a socket: by API key in the header, or by session cookie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts import credentials
from accounts.models import User


class NotListening(Exception):
    """Raised when a socket may not listen; ``code`` closes it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


NOT_AUTHENTICATED = 4401
FOREIGN_ORIGIN = 4403
TOO_MANY = 4429

MOST_OF_ONE = 20
"""Sockets one user may have open in a process: tabs, devices and programs of theirs."""


@dataclass(frozen=True)
class Listener:
    """The user behind a socket; ``check`` asks again whether key or session still stand."""

    user: User
    check: Callable[[], User | None]

    def is_still_in(self) -> bool:
        """Whether the key was not revoked and nobody has logged out."""
        return self.check() is not None


class Sockets:
    """How many are open, by user; for one event loop."""

    def __init__(self) -> None:
        self._open: Counter[UUID] = Counter()

    def add(self, user_id: UUID) -> None:
        """Count one more; raises ``NotListening`` when these are enough."""
        if self._open[user_id] >= MOST_OF_ONE:
            raise NotListening(TOO_MANY)
        self._open[user_id] += 1

    def remove(self, user_id: UUID) -> None:
        """Count one less."""
        self._open[user_id] -= 1
        if not self._open[user_id]:
            del self._open[user_id]


def identify(scope: dict[str, Any]) -> Listener:
    """The listener of a socket; raises ``NotListening``. Reads the database.

    The origin matters only where the browser sends the cookie by itself: a page elsewhere can
    open a socket to us but cannot put a key in its header.
    """
    headers = credentials.headers_of(scope["headers"])
    if (secret := credentials.bearer(headers)) is not None:
        return _listener(lambda: credentials.user_of_key(secret))
    if not credentials.is_ours(headers):
        raise NotListening(FOREIGN_ORIGIN)
    session = credentials.cookie(headers, settings.SESSION_COOKIE_NAME)
    return _listener(lambda: credentials.user_of_session(session))


def _listener(check: Callable[[], User | None]) -> Listener:
    user = check()
    if user is None:
        raise NotListening(NOT_AUTHENTICATED)
    return Listener(user, check)
