"""What follows an answer: the next try, the end, or the end of the endpoint. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
MOST_TRIES = len(_RETRIES) + 1
_JITTER = 0.1
SLOW = timedelta(seconds=2)
"""An answer that takes this long is slow."""
LONGEST_PAUSE = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=5)
"""An endpoint is turned off after failures without a break for this long."""
_SLOW_FOR = 40
_ASKS_FOR_A_PAUSE = (429, 503)
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What came of one request. ``error`` is a code, empty for a success; ``status`` is None if
    there was no answer. ``headers`` are those of the request."""

    status: int | None
    error: str
    text: str
    milliseconds: int
    headers: dict[str, str]
    retry_after: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the receiver has taken the message."""
        return not self.error

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == GONE


def pause_after(answer: Answer, now: datetime) -> timedelta | None:
    """Return for how long the receiver asks not to be sent anything; None if it does not ask."""
    if answer.status not in _ASKS_FOR_A_PAUSE:
        return None
    asked = _asked(answer.retry_after.strip(), now)
    return min(asked, LONGEST_PAUSE) if asked is not None and asked > timedelta(0) else None


def slow_after(answer: Answer) -> timedelta | None:
    """Return for how long to send a receiver one message at a time: so much longer than its answer
    took that many slow ones at once are a small part of the time. None if it was quick enough."""
    took = timedelta(milliseconds=answer.milliseconds)
    return took * _SLOW_FOR if took >= SLOW else None


def wait_after(answer: Answer, tries: int, now: datetime) -> timedelta | None:
    """Return how long to wait after this number of failed tries, at least as long as the receiver
    asks for; None if there is no further try."""
    if answer.is_gone or tries >= MOST_TRIES:
        return None
    wait = _RETRIES[tries - 1] * (1 + random.random() * _JITTER)  # noqa: S311  # no secret
    return max(wait, pause_after(answer, now) or wait)


def _asked(text: str, now: datetime) -> timedelta | None:
    """Return the time of a Retry-After header, which is in seconds or a date."""
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), LONGEST_PAUSE.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
