"""The signed, expiring path prefix that opens one release: ``/m/<token>/<release>/…``.

A token is ``<expiry in base 36>.<signature>``; the signature covers the release too. Its
time is rounded up to the half hour, so that an address stays the same over reloads.
"""

import time
from uuid import UUID

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int, int_to_base36

from videos.lifetimes import TOKEN_ROUNDING_SECONDS, address_seconds

_SIGNER_SALT = "vodloom.playback"


class BadToken(Exception):
    """Raised when a token is missing, forged, of another release, or expired."""


def issue(release_id: UUID, *, duration: float) -> str:
    """A token for a release of so many seconds."""
    until = time.time() + address_seconds(duration)
    expiry = int_to_base36(int(-(-until // TOKEN_ROUNDING_SECONDS)) * TOKEN_ROUNDING_SECONDS)
    return f"{expiry}.{_signature(expiry, release_id)}"


def check(token: str, release_id: UUID) -> int:
    """Seconds the token still has; raises ``BadToken``."""
    expiry, _, signature = token.partition(".")
    if not constant_time_compare(signature, _signature(expiry, release_id)):
        raise BadToken
    left = base36_to_int(expiry) - int(time.time())
    if left <= 0:
        raise BadToken
    return left


def _signature(expiry: str, release_id: UUID) -> str:
    return Signer(salt=_SIGNER_SALT).signature(f"{expiry}:{release_id.hex}")
