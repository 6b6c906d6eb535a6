"""Move a run on: create and unlock tasks, complete, fail or cancel it.

Every function except ``lock`` is called inside a transaction that holds the run's row lock.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import (
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import Now
from django.utils import timezone

from processing import queues
from processing.models import Run, Task
from processing.pipeline import ranking, wake
from processing.pipeline.lease import LeaseLost
from processing.steps import STEPS
from processing.steps.step import TaskSpec
from videos import arrivals, duplicates, lifecycle
from videos.events import log
from videos.models import Release, Video

State = Task.State

logger = structlog.get_logger(__name__)


class RunGone(LeaseLost, Run.DoesNotExist):
    """Raised when a run was deleted in the meantime, so that nobody holds its tasks any more."""


def lock(run_id: UUID) -> Run:
    """Return the run with its row locked until the transaction ends. Raises ``RunGone``."""
    try:
        return Run.objects.select_for_update(of=("self",)).get(pk=run_id)
    except Run.DoesNotExist as error:
        raise RunGone(f"job {run_id} is gone") from error


def add_tasks(run: Run, specs: Sequence[TaskSpec]) -> None:
    """Create tasks from ``specs``, and make those ready that depend on no other."""
    if not specs:
        return
    owner_id = Video.objects.values_list("owner_id", flat=True).get(pk=run.video_id)
    created: dict[tuple[str, int], Task] = {}
    for spec in specs:
        created[spec.kind, spec.number] = Task(
            run=run,
            owner_id=owner_id,
            kind=spec.kind,
            number=spec.number,
            queue=queues.rows_of(STEPS[spec.kind].queue),
            weight=spec.weight,
            essential=STEPS[spec.kind].essential,
            cost=spec.cost,
            input=dict(spec.input),
            version=STEPS[spec.kind].version,
            memory=spec.memory,
            priority=run.priority,
        )
    Task.objects.bulk_create(created.values())
    through: Any = Task.depends_on.through
    through.objects.bulk_create(
        through(from_task_id=created[spec.kind, spec.number].pk, to_task_id=created[before].pk)
        for spec in specs
        for before in spec.after
    )
    unlock(run)


def unlock(run: Run) -> None:
    """Make the tasks ready whose dependencies are all done, and wake their queues."""
    through: Any = Task.depends_on.through
    unfinished = through.objects.filter(from_task_id=OuterRef("pk")).exclude(
        to_task__state=State.DONE
    )
    blocked = Task.objects.filter(~Exists(unfinished), run=run, state=State.BLOCKED)
    freed = list(blocked.order_by("number", "id"))
    for lane in {_lane(task) for task in freed}:
        together = [task for task in freed if _lane(task) == lane]
        _rank(together, begins=_begins(together[0]), behind=run.over_budget)
    if freed:
        _store_freed(freed)
        wake.on_commit([queues.woken_for(task.queue) for task in freed])


def _store_freed(freed: Sequence[Task]) -> None:
    """Store each task by its own short statement, all sent at once.

    A film has two thousand tasks. A single statement with the ranks of all would search the whole
    list for every row, which takes seconds and holds up all other writers.
    """
    names = ("state", "ready_at", "rank", "id")
    fields: list[Any] = [Task._meta.get_field(name) for name in names]
    quoted = connection.ops.quote_name
    *columns, key = [quoted(field.column) for field in fields]
    statement = (
        f"UPDATE {quoted(Task._meta.db_table)}"  # noqa: S608  # ours
        f" SET {', '.join(f'{column} = %s' for column in columns)} WHERE {key} = %s"
    )
    told = [
        [field.get_db_prep_save(getattr(task, field.name), connection) for field in fields]
        for task in freed
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, told)


def _lane(task: Task) -> tuple[str, bool, bool]:
    """Return what tasks that are ranked together have in common."""
    return task.queue, task.essential, _begins(task)


def _begins(task: Task) -> bool:
    """Whether the video can be played soon after this task. Media steps have no cost, so never."""
    return task.number == 0 and 0 < task.cost <= ranking.QUICK_COST


class _Waiting(NamedTuple):
    """An owner's ready tasks in one queue with one priority.

    ``last`` is the latest rank of those being ranked: tasks that begin videos, or all others.
    ``first`` is the earliest rank of tasks that begin no video, ``beginning`` the number of tasks
    that begin videos.
    """

    last: datetime | None
    first: datetime | None
    beginning: int


def _rank(freed: Sequence[Task], *, begins: bool, behind: bool) -> None:
    """Mark an owner's freed tasks of one queue as ready, ranked behind those that already wait.

    Tasks that begin a video wait only for others that begin one, and essential tasks only for
    essential ones: pictures hold up no video of their owner. With ``behind`` the tasks also wait
    for new tasks of other owners.
    """
    waiting = Task.objects.filter(
        queue=freed[0].queue, owner_id=freed[0].owner_id, state=State.READY, not_before=None
    )
    if freed[0].essential:
        waiting = waiting.filter(essential=True)
    beginning = Q(number=0, cost__gt=0, cost__lte=ranking.QUICK_COST)
    told: Any = waiting.order_by().values_list("priority")  # SQLite cannot multiply durations
    rows = told.annotate(
        last=Max("rank", filter=beginning if begins else ~beginning),
        first=Min("rank", filter=~beginning),
        beginning=Count("pk", filter=beginning),
    )
    by_priority = {priority: _Waiting(*of_it) for priority, *of_it in rows}
    priorities = [task.priority for task in freed]
    now = timezone.now()
    at = now + ranking.BEHIND if behind else now
    if begins:
        firsts = [of_it.first for of_it in by_priority.values() if of_it.first]
        same = by_priority.get(freed[0].priority)
        turns = ranking.beginning_ranks(
            at,
            priorities,
            waiting=sum(of_it.beginning for of_it in by_priority.values()),
            last=same.last if same else None,
            first_continuing=min(firsts, default=None),
        )
    else:
        lasts = [ranking.turn_of(of_it.last, p) for p, of_it in by_priority.items() if of_it.last]
        turns = ranking.ranks(at, priorities, last_turn=max(lasts, default=None))
    for task, rank in zip(freed, turns, strict=True):
        task.state, task.ready_at, task.rank = State.READY, now, rank


def go_on(run: Run) -> None:
    """Advance a run after a task ended: unlock tasks, or complete the run when none is left."""
    open_states = Task.objects.filter(run=run, state__in=Task.OPEN).values_list("state", flat=True)
    left = set(open_states.distinct())
    if State.BLOCKED in left:
        unlock(run)
    if left:
        return
    ended = Run.objects.filter(pk=run.pk, status__in=Run.ACTIVE).update(
        status=Run.Status.SUCCEEDED, finished_at=Now()
    )
    if ended:
        tell(run, Run.Status.SUCCEEDED)


def set_running(run: Run, rows: QuerySet[Run] | None = None) -> None:
    """Set a queued run running, whose first task a worker has begun, and tell it; do nothing if it
    is running. ``rows`` has the run's row, or none while another holds its lock."""
    if run.status != Run.Status.QUEUED:
        return
    mine = Run.objects.filter(pk=run.pk) if rows is None else rows
    begun = mine.filter(status=Run.Status.QUEUED).update(
        status=Run.Status.RUNNING, started_at=Now()
    )
    if begun:
        run.status = Run.Status.RUNNING
        told = {"job": str(run.pk), "kind": run.kind}
        log.write_all("video.processing.started", [run.video_id], **told)


def tell(run: Run, status: Run.Status, *, code: str | None = None) -> None:
    """Log a run's new status; for a run of a ready video there is no other record of it."""
    log.write(f"job.{status}", run.video_id, job=str(run.pk), kind=run.kind)
    names = {"job": str(run.pk), "video": str(run.video_id), "job_kind": run.kind}
    said = partial(logger.info, f"job_{status}", error_code=code, **names)
    transaction.on_commit(said, robust=True)


def fail_run(run: Run, *, code: str, message: str) -> None:
    """Fail the run. Its video fails too, unless an older release is still playing."""
    end(run, Run.Status.FAILED, Release.State.FAILED, error_code=code, error_message=message)
    if _video_waits_for(run):
        lifecycle.fail(run.video_id, code=code, message=message)
        arrivals.abandon(run.video_id, code=code)
        if code == duplicates.CODE:
            arrivals.refuse(run)
    tell(run, Run.Status.FAILED, code=code)


def cancel_run(run: Run) -> None:
    """Cancel the run. Its running steps notice at their next heartbeat."""
    end(run, Run.Status.CANCELED, Release.State.RETIRED)
    if _video_waits_for(run):
        lifecycle.cancel(run.video_id)
        arrivals.abandon(run.video_id)
    tell(run, Run.Status.CANCELED)


def end(run: Run, status: Run.Status, release: Release.State, **fields: str) -> None:
    """Close a run and its open tasks, and its release too if that is not complete."""
    Run.objects.filter(pk=run.pk, status__in=Run.ACTIVE).update(
        status=status, finished_at=Now(), **fields
    )
    Task.objects.filter(run=run, state__in=Task.OPEN).update(
        state=State.CANCELED, token=None, lease_until=None, finished_at=Now()
    )
    Release.objects.filter(pk=run.pk, state=Release.State.GROWING).update(state=release)


def _video_waits_for(run: Run) -> bool:
    waiting = (Video.Status.UPLOADING, Video.Status.PROCESSING)
    return Video.objects.filter(pk=run.video_id, status__in=waiting).exists()
