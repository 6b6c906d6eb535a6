"""Identify the user of a feed, by API key or app token in the header, by ticket, or by session
cookie."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.conf import settings

from accounts import credentials, throttling, tickets
from accounts.api_keys import WrongPlace
from accounts.models import User
from accounts.scopes import InsufficientScope
from accounts.tickets import Holder
from videos.feed.closes import FOREIGN_ORIGIN, KEY_NOT_ALLOWED, NOT_AUTHENTICATED, TOO_MANY, Ended

PROTOCOL = "vodloom"
TICKET_PREFIX = "vodloom.ticket."
"""A browser offers two subprotocols: `PROTOCOL`, and this prefix followed by its ticket."""
TICKET = "ticket"
"""The parameter of an EventSource's address that has its ticket."""


@dataclass(frozen=True)
class Listener:
    """The user of a feed, and the key or session that it stands on. ``seal`` is what sessions of
    the user depend on."""

    user: User
    holder: Holder
    seal: tuple[str, str] = field(repr=False)


class Feeds:
    """The number of open feeds of each user; for one event loop."""

    def __init__(self) -> None:
        self._open: Counter[UUID] = Counter()

    def add(self, user_id: UUID) -> None:
        """Count one more feed; raises ``Ended`` if the user has too many open."""
        if self._open[user_id] >= settings.FEEDS_AT_ONCE:
            raise Ended(TOO_MANY)
        self._open[user_id] += 1

    def remove(self, user_id: UUID) -> None:
        """Count one feed less."""
        self._open[user_id] -= 1
        if not self._open[user_id]:
            del self._open[user_id]


def identify(scope: Any) -> Listener:
    """Return the listener of a socket or a request; raises ``Ended``. Reads the database.

    The origin is checked only where a browser opens the feed: by its cookie, which the browser
    sends by itself, or by a ticket. A page cannot put a key into the header of either.
    """
    headers = credentials.headers_of(scope["headers"])
    secret = credentials.bearer(headers)
    app = credentials.app_session(headers)
    client = scope["client"][0] if scope.get("client") else None
    try:
        if app is not None:
            return _listener(Holder(session=app, of_app=True), credentials.user_of_app(app))
        if secret is not None:
            return _of_key(secret, client)
        if (ticket := _ticket(scope)) is not None:
            return _of_ticket(ticket, headers, client)
        return _of_session(headers)
    except (WrongPlace, InsufficientScope) as error:
        raise Ended(KEY_NOT_ALLOWED) from error
    except Ended as refusal:
        count = throttling.of_nobody if secret is None else throttling.of_wrong_key
        usage = count(client)
        if usage is not None and usage.is_over:
            raise Ended(TOO_MANY) from refusal
        raise


def offered(scope: Any) -> str | None:
    """Return the subprotocol to answer with; a browser that offers some expects one of them
    back."""
    return PROTOCOL if PROTOCOL in scope.get("subprotocols", ()) else None


def _of_key(secret: str, address: str | None) -> Listener:
    key = credentials.key_of(secret, address)
    return _listener(Holder(key_id=key.pk if key else None), key.user if key else None)


def _of_session(headers: dict[str, str]) -> Listener:
    if not credentials.is_ours(headers):
        raise Ended(FOREIGN_ORIGIN)
    session = credentials.cookie(headers, settings.SESSION_COOKIE_NAME)
    return _listener(Holder(session=session), credentials.user_of_session(session))


def _of_ticket(ticket: str, headers: dict[str, str], address: str | None) -> Listener:
    if not credentials.may_ask(headers):
        raise Ended(FOREIGN_ORIGIN)
    try:
        holder = tickets.redeem(ticket)
    except tickets.BadTicket as error:
        raise Ended(NOT_AUTHENTICATED) from error
    if holder.key_id is not None:
        return _listener(holder, credentials.user_of_key_id(holder.key_id, address))
    if holder.of_app:
        return _listener(holder, credentials.user_of_app(holder.session))
    return _listener(holder, credentials.user_of_session(holder.session))


def _ticket(scope: Any) -> str | None:
    if scope.get("type") == "http":
        given = parse_qs(scope["query_string"].decode("latin-1")).get(TICKET)
        return given[0] if given else None
    found = [one for one in scope.get("subprotocols", ()) if one.startswith(TICKET_PREFIX)]
    return found[0].removeprefix(TICKET_PREFIX) if found else None


def _listener(holder: Holder, user: User | None) -> Listener:
    if user is None:
        raise Ended(NOT_AUTHENTICATED)
    return Listener(user, holder, (user.password, user.session_seed))
