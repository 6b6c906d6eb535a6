"""Tickets for the live feed, since browsers cannot put an API key into the headers of a WebSocket
or an EventSource.

A ticket names an API key or a session, is valid for half a minute and opens one feed. It is
encrypted, and contains only characters that are allowed in a WebSocket subprotocol and in a query.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

from accounts import sealing

SECONDS = 30
# How long a used ticket is remembered: long enough when machines' clocks are minutes apart.
_REMEMBERED_SECONDS = 600
_PURPOSE = "feed-ticket"
_KEY, _SESSION, _APP = "k", "s", "a"
_LONGEST = 1000


class BadTicket(Exception):
    """Raised for a ticket that is forged, expired or already used."""


@dataclass(frozen=True)
class Holder:
    """Whose ticket it is: an API key by its id, or a session by its key. That of an app's session
    opens a feed with the scopes of apps."""

    key_id: UUID | None = None
    session: str | None = None
    is_app: bool = False


def issue(holder: Holder) -> str:
    """Return a new ticket."""
    of_session = (_APP if holder.is_app else _SESSION, holder.session)
    kind, name = (_KEY, holder.key_id.hex) if holder.key_id else of_session
    until = int(time.time()) + SECONDS
    sealed = sealing.seal(f"{kind} {name} {until} {secrets.token_hex(8)}", _PURPOSE)
    return sealed.rstrip("=")


def redeem(ticket: str) -> Holder:
    """Use a ticket up and return its holder; raise ``BadTicket`` if it is not valid."""
    kind, name, until, number = _opened(ticket)
    if time.time() > int(until):
        raise BadTicket
    # While Redis is away used tickets are unknown, and one works again until it expires.
    if not cache.add(f"feed-ticket:{number}", 1, timeout=_REMEMBERED_SECONDS):
        raise BadTicket
    if kind == _KEY:
        return Holder(key_id=UUID(name))
    return Holder(session=name, is_app=kind == _APP)


def _opened(ticket: str) -> list[str]:
    if not ticket.isascii() or len(ticket) > _LONGEST:
        raise BadTicket
    try:
        return sealing.unseal(ticket + "=" * (-len(ticket) % 4), _PURPOSE).split(" ")
    except sealing.NotSealedHere as error:
        raise BadTicket from error
