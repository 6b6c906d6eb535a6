"""Tickets for the live feed, since browsers cannot put an API key into a WebSocket's headers.

A ticket is signed, names its API key, is valid for a minute and opens one socket. It contains only
characters that are allowed in a WebSocket subprotocol.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.core import signing
from django.core.cache import cache

from accounts.models import ApiKey

SECONDS = 60
# How long a used ticket is remembered: long enough when machines' clocks are minutes apart.
_REMEMBERED_SECONDS = 600
_SALT = "vodloom.feed-ticket"
_SEPARATOR = "."


class BadTicket(Exception):
    """Raised for a ticket that is forged, expired or already used."""


def issue(key: ApiKey) -> str:
    """Return a new ticket for an API key."""
    return _signer().sign(f"{key.pk.hex}{_SEPARATOR}{secrets.token_hex(8)}")


def redeem(ticket: str) -> UUID:
    """Use a ticket up and return the id of its API key; raise ``BadTicket`` if it is not valid."""
    try:
        value = _signer().unsign(ticket, max_age=SECONDS)
    except signing.BadSignature as error:
        raise BadTicket from error
    key, _, number = value.partition(_SEPARATOR)
    # While Redis is away used tickets are unknown, and one works again within its minute.
    if not cache.add(f"feed-ticket:{number}", 1, timeout=_REMEMBERED_SECONDS):
        raise BadTicket
    return UUID(key)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(sep=_SEPARATOR, salt=_SALT)
