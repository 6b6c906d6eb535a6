"""The signed, expiring path prefix that opens one release: ``/m/<token>/<release>/…``.

A token is ``<expiry in base 36>.<signature>``; the signature covers the release too. Its
time is rounded up to the half hour, so that an address stays the same over reloads; the seconds
past the half hour say for whom it was given out, which the version before reads as it always did.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int, int_to_base36

from videos.lifetimes import TOKEN_ROUNDING_SECONDS, address_seconds
from videos.playback.gate import Audience

_SIGNER_SALT = "vodloom.playback"


class BadToken(Exception):
    """Raised when a token is missing, forged, of another release, or expired."""


def until(duration: float) -> int:
    """When an address given out now expires (seconds since 1970), rounded up so that it stays the
    same over reloads."""
    end = time.time() + address_seconds(duration)
    return int(-(-end // TOKEN_ROUNDING_SECONDS)) * TOKEN_ROUNDING_SECONDS


@dataclass(frozen=True)
class Grant:
    """What a token gives: until when (seconds since 1970), and to whom."""

    until: int
    audience: Audience


def issue(release_id: UUID, *, duration: float, audience: Audience) -> str:
    """A token for a release of so many seconds."""
    expiry = int_to_base36(until(duration) + audience)
    return f"{expiry}.{_signature(expiry, release_id)}"


def check(token: str, release_id: UUID) -> Grant:
    """What the token gives, as long as the video stands so; raises ``BadToken``."""
    expiry, _, signature = token.partition(".")
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(_is_of(signature, expiry, release_id, key) for key in keys):
        raise BadToken
    expires, audience = _parsed(base36_to_int(expiry))
    if expires <= time.time() or audience not in set(Audience):
        raise BadToken
    return Grant(expires, Audience(audience))


def _parsed(expiry: int) -> tuple[int, int]:
    audience = expiry % TOKEN_ROUNDING_SECONDS
    return expiry - audience, audience


def _is_of(signature: str, expiry: str, release_id: UUID, key: str) -> bool:
    return constant_time_compare(signature, _signature(expiry, release_id, key))


def _signature(expiry: str, release_id: UUID, key: str | None = None) -> str:
    return Signer(key=key, salt=_SIGNER_SALT).signature(f"{expiry}:{release_id.hex}")
