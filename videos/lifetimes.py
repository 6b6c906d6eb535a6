"""How long what was given out to viewers is good: pure arithmetic in seconds."""

from datetime import timedelta

from django.conf import settings

# A token's end is rounded up to this, so that an address stays the same over reloads.
TOKEN_ROUNDING_SECONDS = 1800


def address_seconds(duration: float) -> int:
    """How long an address of so many seconds of media lives: long enough to watch twice."""
    return int(settings.PLAYBACK_TOKEN_SECONDS + 2 * duration)


def longest_address(duration: float) -> timedelta:
    """No address that was given out until now lives longer than this from now."""
    return timedelta(seconds=address_seconds(duration) + TOKEN_ROUNDING_SECONDS)


def seconds_of(media: object) -> float:
    """The duration in what a probe found; 0 when nothing was found yet."""
    return float(media.get("duration") or 0.0) if isinstance(media, dict) else 0.0
