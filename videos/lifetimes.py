"""Compute how long addresses issued to viewers are valid, in seconds."""

from datetime import timedelta

from django.conf import settings

# A token's expiry is rounded up to this, so that an address stays the same over reloads.
TOKEN_ROUNDING_SECONDS = 1800


def address_seconds(duration: float) -> int:
    """Return the lifetime of an address for media of this duration: long enough to watch it
    twice."""
    return int(settings.PLAYBACK_TOKEN_SECONDS + 2 * duration)


def longest_address(duration: float) -> timedelta:
    """Return the longest time that any address issued until now can remain valid."""
    return timedelta(seconds=address_seconds(duration) + TOKEN_ROUNDING_SECONDS)


def seconds_of(media: object) -> float:
    """Return the duration that a probe found; 0 if it has found none yet."""
    return float(media.get("duration") or 0.0) if isinstance(media, dict) else 0.0
