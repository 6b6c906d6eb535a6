"""How long a task may take: generous, and by what it works on, so that none goes on for ever."""

import time

from processing.models import Task
from processing.steps import STEPS

_FLOOR_SECONDS = 3600.0
# A source arrives at least this fast.
_SLOWEST_BYTES_A_SECOND = 250_000
# A step that was told to stop and does not is given up after this.
_GRACE_SECONDS = 300.0


def seconds_for(task: Task) -> float:
    """The limit of a task, its run's source joined. A step with no share of its own makes a part
    of the video; any other may look at all of it."""
    source, step = task.run.source, STEPS[task.kind]
    if source is None:
        return _FLOOR_SECONDS
    duration = float((source.found or {}).get("duration") or 0.0)
    part = task.weight / 100 if step.share is None else 1.0
    arrival = source.size / _SLOWEST_BYTES_A_SECOND
    return _FLOOR_SECONDS + arrival + step.seconds_a_second * duration * part


class Clock:
    """The time a task took, without what it only waited for."""

    def __init__(self, limit_seconds: float) -> None:
        self._limit = limit_seconds
        self._began = time.monotonic()
        self._waited = 0.0
        self._waits_since: float | None = None

    def pause(self, waiting: bool) -> None:
        """Count from now on as waiting, or not."""
        now = time.monotonic()
        if self._waits_since is not None:
            self._waited += now - self._waits_since
        self._waits_since = now if waiting else None

    @property
    def seconds(self) -> float:
        """How long it worked."""
        now = time.monotonic()
        waits = now - self._waits_since if self._waits_since is not None else 0.0
        return now - self._began - self._waited - waits

    @property
    def is_over(self) -> bool:
        """Whether the task is to stop."""
        return self.seconds > self._limit

    @property
    def is_ignored(self) -> bool:
        """Whether it was to stop long ago and did not."""
        return self.seconds > self._limit + _GRACE_SECONDS
