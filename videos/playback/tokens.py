"""The signed, expiring path prefix that opens one release: ``/m/<token>/<release>/…``.

A token is ``<expiry in base 36>.<signature>``; the signature covers the release too. The expiry is
rounded up to the half hour, so that an address stays the same over reloads. The seconds past the
half hour encode the audience; the previous version reads such an expiry as it always did. Once the
addresses have been replaced, the expiry is followed by ``-`` and how often.
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
    """Raised when a token is missing, forged, for another release, or expired."""


def until(duration: float) -> int:
    """Return when an address issued now expires (seconds since 1970), rounded up so that it stays
    the same over reloads."""
    end = time.time() + address_seconds(duration)
    return int(-(-end // TOKEN_ROUNDING_SECONDS)) * TOKEN_ROUNDING_SECONDS


@dataclass(frozen=True)
class Grant:
    """What a token grants: until when (seconds since 1970), and to which audience."""

    until: int
    audience: Audience
    generation: int = 0
    """How often the addresses had been replaced when it was issued."""


def issue(release_id: UUID, *, duration: float, audience: Audience, generation: int = 0) -> str:
    """Return a token for a release with this duration in seconds, whose addresses have been
    replaced so often."""
    expiry = int_to_base36(until(duration) + audience)
    told = f"{expiry}-{generation}" if generation else expiry
    return f"{told}.{_signature(told, release_id)}"


def check(token: str, release_id: UUID) -> Grant:
    """Return what the token grants; raises ``BadToken``. The standing of the video is not checked
    here."""
    told, _, signature = token.partition(".")
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(_is_of(signature, told, release_id, key) for key in keys):
        raise BadToken
    expiry, _, generation = told.partition("-")
    expires, audience = _parsed(base36_to_int(expiry))
    if expires <= time.time() or audience not in set(Audience):
        raise BadToken
    return Grant(expires, Audience(audience), int(generation or 0))


def _parsed(expiry: int) -> tuple[int, int]:
    audience = expiry % TOKEN_ROUNDING_SECONDS
    return expiry - audience, audience


def _is_of(signature: str, told: str, release_id: UUID, key: str) -> bool:
    return constant_time_compare(signature, _signature(told, release_id, key))


def _signature(told: str, release_id: UUID, key: str | None = None) -> str:
    return Signer(key=key, salt=_SIGNER_SALT).signature(f"{told}:{release_id.hex}")
