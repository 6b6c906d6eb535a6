"""Identify the user of a socket, by API key or app token in the header, by ticket, or by session
cookie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts import credentials, throttling, tickets
from accounts.api_keys import WrongPlace
from accounts.models import User
from accounts.scopes import InsufficientScope
from videos.events.closes import FOREIGN_ORIGIN, KEY_NOT_ALLOWED, NOT_AUTHENTICATED, TOO_MANY


class NotListening(Exception):
    """Raised when a socket may not listen; it is closed with ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


PROTOCOL = "vodloom"
TICKET_PREFIX = "vodloom.ticket."
"""A browser offers two subprotocols: `PROTOCOL`, and this prefix followed by its ticket."""

MOST_OF_ONE = 20
"""The most sockets that one user may have open in a process, for all tabs, devices and programs."""


@dataclass(frozen=True)
class Listener:
    """The user of a socket; ``check`` tests again whether the key or session is valid."""

    user: User
    check: Callable[[], User | None]

    def is_still_in(self) -> bool:
        """Return whether the key has not been revoked and the session has not ended."""
        return self.check() is not None


class Sockets:
    """The number of open sockets of each user; for one event loop."""

    def __init__(self) -> None:
        self._open: Counter[UUID] = Counter()

    def add(self, user_id: UUID) -> None:
        """Count one more socket; raises ``NotListening`` if the user has too many open."""
        if self._open[user_id] >= MOST_OF_ONE:
            raise NotListening(TOO_MANY)
        self._open[user_id] += 1

    def remove(self, user_id: UUID) -> None:
        """Count one socket less."""
        self._open[user_id] -= 1
        if not self._open[user_id]:
            del self._open[user_id]


def identify(scope: dict[str, Any]) -> Listener:
    """Return the listener of a socket; raises ``NotListening``. Reads the database.

    The origin is checked only where a browser opens the socket: by its cookie, which the browser
    sends by itself, or by a ticket. A page cannot put a key into the header.
    """
    headers = credentials.headers_of(scope["headers"])
    secret = credentials.bearer(headers)
    client = scope["client"][0] if scope.get("client") else None
    app = credentials.app_session(headers)
    try:
        if app is not None:
            return _listener(lambda: credentials.user_of_app(app))
        if secret is not None:
            return _of_key(secret, client)
        if (ticket := _ticket(scope)) is not None:
            return _of_ticket(ticket, headers)
        return _of_session(headers)
    except NotListening as refusal:
        count = throttling.of_nobody if secret is None else throttling.of_wrong_key
        usage = count(client)
        if usage is not None and usage.is_over:
            raise NotListening(TOO_MANY) from refusal
        raise


def offered(scope: dict[str, Any]) -> str | None:
    """Return the subprotocol to answer with; a browser that offers some expects one of them
    back."""
    return PROTOCOL if PROTOCOL in scope.get("subprotocols", ()) else None


def _of_key(secret: str, address: str | None) -> Listener:
    try:
        return _listener(lambda: credentials.user_of_key(secret, address))
    except (WrongPlace, InsufficientScope) as error:
        raise NotListening(KEY_NOT_ALLOWED) from error


def _of_session(headers: dict[str, str]) -> Listener:
    if not credentials.is_ours(headers):
        raise NotListening(FOREIGN_ORIGIN)
    session = credentials.cookie(headers, settings.SESSION_COOKIE_NAME)
    return _listener(lambda: credentials.user_of_session(session))


def _of_ticket(ticket: str, headers: dict[str, str]) -> Listener:
    if not credentials.may_ask(headers):
        raise NotListening(FOREIGN_ORIGIN)
    try:
        key_id = tickets.redeem(ticket)
    except tickets.BadTicket as error:
        raise NotListening(NOT_AUTHENTICATED) from error
    return _listener(lambda: credentials.user_of_key_id(key_id))


def _ticket(scope: dict[str, Any]) -> str | None:
    found = [one for one in scope.get("subprotocols", ()) if one.startswith(TICKET_PREFIX)]
    return found[0].removeprefix(TICKET_PREFIX) if found else None


def _listener(check: Callable[[], User | None]) -> Listener:
    user = check()
    if user is None:
        raise NotListening(NOT_AUTHENTICATED)
    return Listener(user, check)
