"""Tickets to the live feed, for browsers: they can put no API key into the headers of a WebSocket.

A ticket is signed, names its key, lives a minute and opens one socket. It is spelled in characters
that a WebSocket's subprotocol may have.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.core import signing
from django.core.cache import cache

from accounts.models import ApiKey

SECONDS = 60
# How long a used one is remembered: also where clocks of machines are minutes apart.
_REMEMBERED_SECONDS = 600
_SALT = "vodloom.feed-ticket"
_SEPARATOR = "."


class BadTicket(Exception):
    """Raised for a ticket that is forged, too old, or was used."""


def issue(key: ApiKey) -> str:
    """A ticket that stands for an API key."""
    return _signer().sign(f"{key.pk.hex}{_SEPARATOR}{secrets.token_hex(8)}")


def redeem(ticket: str) -> UUID:
    """The id of the key a ticket stands for, this once; raises ``BadTicket``."""
    try:
        value = _signer().unsign(ticket, max_age=SECONDS)
    except signing.BadSignature as error:
        raise BadTicket from error
    key, _, number = value.partition(_SEPARATOR)
    # Nobody can say so while Redis is away: then it may be used again within its minute.
    if not cache.add(f"feed-ticket:{number}", 1, timeout=_REMEMBERED_SECONDS):
        raise BadTicket
    return UUID(key)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(sep=_SEPARATOR, salt=_SALT)
