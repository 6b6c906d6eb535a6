"""The time limit of a task: generous and relative to its media, so that none runs for ever."""

import time

from django.conf import settings

from processing.models import Task
from processing.steps import STEPS

_FLOOR_SECONDS = 3600.0
# The slowest assumed download of a source.
_SLOWEST_BYTES_A_SECOND = 250_000
# A step that ignores its order to stop is given up after this time.
_GRACE_SECONDS = 300.0


def seconds_for(task: Task) -> float:
    """Return the limit of a task in seconds. Its run and source should be joined.

    A task of a step without a fixed share handles its part of the video. Any other task may read
    all of it.
    """
    source, step = task.run.source, STEPS[task.kind]
    if source is None:
        stored = settings.FETCH_MAX_BYTES / _SLOWEST_BYTES_A_SECOND
        return _FLOOR_SECONDS + float(settings.FETCH_SECONDS) + stored
    duration = float((source.found or {}).get("duration") or 0.0)
    part = task.weight / 100 if step.share is None else 1.0
    arrival = source.size / _SLOWEST_BYTES_A_SECOND
    return _FLOOR_SECONDS + arrival + step.seconds_a_second * duration * part


class Clock:
    """A stopwatch for a task's working time, which leaves out the time spent waiting."""

    def __init__(self, limit_seconds: float) -> None:
        self._limit = limit_seconds
        self._began = time.monotonic()
        self._waited = 0.0
        self._waits_since: float | None = None

    def pause(self, waiting: bool) -> None:
        """Stop counting while ``waiting`` is true, and count again when it is false."""
        now = time.monotonic()
        if self._waits_since is not None:
            self._waited += now - self._waits_since
        self._waits_since = now if waiting else None

    @property
    def seconds(self) -> float:
        """The working time so far, in seconds."""
        now = time.monotonic()
        waits = now - self._waits_since if self._waits_since is not None else 0.0
        return now - self._began - self._waited - waits

    @property
    def is_over(self) -> bool:
        """Whether the task has reached its limit and must stop."""
        return self.seconds > self._limit

    @property
    def is_ignored(self) -> bool:
        """Whether the task went on for ``_GRACE_SECONDS`` after it should have stopped."""
        return self.seconds > self._limit + _GRACE_SECONDS
