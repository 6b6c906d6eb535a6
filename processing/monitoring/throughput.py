"""How fast this installation works, measured on what it did lately.

Read at most every few seconds in a process: a forecast may be a little old, and asking for
one must cost no query.
"""

import time
from dataclasses import dataclass

from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from processing.models import Task, Worker
from processing.steps.encode import STEP
from processing.workers.presence import ALIVE_WITHIN

_LOOKED_BACK_AT = 20
_FRESH_SECONDS = 10.0


@dataclass(frozen=True)
class Throughput:
    """Seconds of one worker for a unit of cost (None before anything was done), and workers."""

    seconds_per_cost: float | None
    workers: int

    def eta(self, *, ahead: float, own: float) -> int | None:
        """Seconds until work of cost ``own`` is done, with ``ahead`` waiting before it."""
        if self.seconds_per_cost is None or self.workers == 0:
            return None
        return int((ahead / self.workers + own) * self.seconds_per_cost) + 1


_known: tuple[float, Throughput] | None = None


def current() -> Throughput:
    """The throughput of the encode workers."""
    global _known  # noqa: PLW0603  # the memory of a process
    if _known is None or time.monotonic() - _known[0] > _FRESH_SECONDS:
        _known = (time.monotonic(), _measure())
    return _known[1]


def forget() -> None:
    """Measure anew at the next question."""
    global _known  # noqa: PLW0603  # the memory of a process
    _known = None


def _measure() -> Throughput:
    took = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    done = Task.objects.filter(kind=STEP.kind, state=Task.State.DONE, cost__gt=0)
    rows = list(
        done.order_by("-finished_at")
        .annotate(took=took)
        .values_list("cost", "took")[:_LOOKED_BACK_AT]
    )
    alive = Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN)
    workers = sum(STEP.queue in queues for queues in alive.values_list("queues", flat=True))
    cost = sum(cost for cost, _ in rows)
    seconds = sum(took.total_seconds() for _, took in rows)
    return Throughput(seconds / cost if cost else None, workers)
