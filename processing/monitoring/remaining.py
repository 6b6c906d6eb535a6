"""The work that a job has left and the work before it, read in the query that reads its row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from processing.models import Task
from processing.monitoring.forecast import Work

State = Task.State

_TIME: DateTimeField[Any, Any] = DateTimeField()
_LAST = Value(datetime(9999, 1, 1, tzinfo=UTC), output_field=_TIME)
_LEFT = F("cost") * (1.0 - F("progress"))


def with_work(rows: Any, *, run: str) -> Any:
    """Annotate rows with the work of the run whose id is in the field named ``run``."""
    costly = Task.objects.filter(run=OuterRef(run), cost__gt=0).order_by()
    left = costly.filter(state__in=Task.OPEN)
    done = costly.filter(state__in=[State.RUNNING, State.DONE])
    # Blocked tasks are ranked once they are free, behind all that wait by then.
    turn = Case(When(state=State.READY, then=F("rank")), default=_LAST, output_field=_TIME)
    waiting = costly.filter(state__in=[State.BLOCKED, State.READY])
    last = waiting.annotate(turn=turn).order_by("-turn")
    others = Task.objects.filter(cost__gt=0).exclude(run=OuterRef(run)).order_by()
    ahead = others.filter(
        queue=OuterRef("last_queue"), state=State.READY, rank__lt=OuterRef("last_rank")
    )
    return rows.annotate(
        work_whole=_of(costly, Sum("cost")),
        work_left=_of(left, Sum(_LEFT)),
        work_longest=_of(left, Max(_LEFT)),
        work_waiting=_of(left, Count("pk", filter=~Q(state=State.RUNNING))),
        work_beside=_of(others.filter(state=State.RUNNING), Sum(_LEFT), by="state"),
        work_done=_of(done, Sum(F("cost") * F("progress"))),
        work_took=_of(done, Sum(_took())),
        last_queue=Subquery(last.values("queue")[:1]),
        last_rank=Subquery(last.values("turn")[:1]),
    ).annotate(work_ahead=_of(ahead, Sum("cost"), by="queue"))


def work_of(row: Any) -> Work:
    """Return the work of a row that was read through ``with_work``."""
    took: timedelta | None = row.work_took
    return Work(
        whole=row.work_whole or 0.0,
        left=row.work_left or 0.0,
        longest=row.work_longest or 0.0,
        waiting=row.work_waiting or 0,
        ahead=row.work_ahead or 0.0,
        beside=row.work_beside or 0.0,
        done=row.work_done or 0.0,
        done_seconds=took.total_seconds() if took else 0.0,
    )


def _of(tasks: QuerySet[Task], sum_of: Any, *, by: str = "run") -> Subquery:
    """Return a subquery for one aggregate over all these tasks."""
    return Subquery(tasks.values(by).annotate(number=sum_of).values("number")[:1])


def _took() -> ExpressionWrapper[Any]:
    """Return the expression for a task's working time up to its last report of progress.

    Progress is stored when the lease is renewed, so that time follows from ``lease_until``.
    """
    said = ExpressionWrapper(
        F("lease_until") - timedelta(seconds=settings.TASK_LEASE_SECONDS),
        output_field=DateTimeField(),
    )
    until = Coalesce(F("finished_at"), said, output_field=DateTimeField())
    return ExpressionWrapper(until - F("started_at"), output_field=DurationField())
