"""The pace of this installation, measured on its most recent tasks.

A process reads it at most every ``_FRESH_SECONDS``. A forecast may be a little old, and must not
cost a query each time.
"""

import time

from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from processing.models import Task, Worker
from processing.monitoring.forecast import Pace
from processing.steps.encode import STEP
from processing.steps.publish import STEP as PUBLISH
from processing.workers.registry import ALIVE_WITHIN

_LOOKED_BACK_AT = 20
_FRESH_SECONDS = 10.0


_known: tuple[float, Pace] | None = None


def current() -> Pace:
    """Return the pace of the encode workers, measured at most ``_FRESH_SECONDS`` ago."""
    global _known  # noqa: PLW0603  # the memory of a process
    if _known is None or time.monotonic() - _known[0] > _FRESH_SECONDS:
        _known = (time.monotonic(), _measure())
    return _known[1]


def forget() -> None:
    """Forget the measured pace, so that the next call of ``current`` measures it again."""
    global _known  # noqa: PLW0603  # the memory of a process
    _known = None


def _measure() -> Pace:
    encodes = _lately(STEP.kind, since="started_at")
    closings = [seconds for _, seconds in _lately(PUBLISH.kind, since="ready_at")]
    alive = Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN)
    cost = sum(cost for cost, _ in encodes)
    return Pace(
        seconds_per_cost=sum(seconds for _, seconds in encodes) / cost if cost else None,
        closing_seconds=sum(closings) / len(closings) if closings else None,
        workers=sum(STEP.queue in queues for queues in alive.values_list("queues", flat=True)),
    )


def _lately(kind: str, *, since: str) -> list[tuple[float, float]]:
    """Return the cost and seconds of the last finished tasks of a kind."""
    took = ExpressionWrapper(F("finished_at") - F(since), output_field=DurationField())
    done = Task.objects.filter(kind=kind, state=Task.State.DONE, **{f"{since}__isnull": False})
    rows = done.order_by("-finished_at").annotate(took=took).values_list("cost", "took")
    return [(cost, took.total_seconds()) for cost, took in rows[:_LOOKED_BACK_AT]]
