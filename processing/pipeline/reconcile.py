"""Repair what the pipeline lost track of.

Each function is bounded and idempotent, and any number of processes may call it at once.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from config.env import QUEUES
from processing import queues
from processing.models import DutyRun, Reconciler, Run, Task, Worker
from processing.pipeline import advance, cursors, wake
from processing.pipeline.finish import rescue
from processing.pipeline.lease_watch import look, may_rescue
from processing.pipeline.transactions import bounded
from videos.each_row import act_on_each

_BATCH = 200
_RUNS_LOOKED_AT = 500
RESCUE, ADVANCE = "rescue_tasks", "advance_jobs"


def rescue_tasks() -> int:
    """Take back overdue tasks, and return their number.

    Does so only after leases were watched for a full lease time without a break.
    """
    lease = timedelta(seconds=settings.TASK_LEASE_SECONDS)
    stored, now = cursors.read(RESCUE)
    watch = look(stored, now, lease)
    rescued = reclaim_overdue() if may_rescue(watch, lease) else 0
    _, ended = cursors.read(RESCUE)
    cursors.write(RESCUE, {**watch.to_json(), "last": ended.isoformat()})
    return rescued


def reclaim_overdue() -> int:
    """Make tasks whose lease ran out ready again, or fail them at their third crash.

    Returns the number of tasks.
    """
    overdue = Task.objects.filter(state=Task.State.RUNNING, lease_until__lt=Now())
    # A run that was deleted, or that is locked, perhaps by a frozen worker, holds up no other.
    return act_on_each(overdue.order_by("lease_until")[:_BATCH], _reclaim, what=RESCUE)


def _reclaim(task: Task) -> bool:
    try:
        return rescue(task)
    except Run.DoesNotExist:  # deleted in the meantime, together with the task
        return False


def advance_finished() -> int:
    """Advance active runs that have no ready or running task, and return their number.

    Looks at up to ``_RUNS_LOOKED_AT`` active runs per call; the next call continues after them.
    """
    cursor, _ = cursors.read(ADVANCE)
    batch = list(_active_after(cursor.get("run")))
    more = len(batch) == _RUNS_LOOKED_AT
    cursors.write(ADVANCE, {"run": str(batch[-1])} if more else {})
    moving = Task.objects.filter(
        run=OuterRef("pk"), state__in=[Task.State.READY, Task.State.RUNNING]
    )
    stale = Run.objects.filter(~Exists(moving), pk__in=batch, status__in=Run.ACTIVE)
    return act_on_each(stale[:_BATCH], _go_on, what=ADVANCE)


def _active_after(run_id: str | None) -> list[UUID]:
    active = Run.objects.filter(status__in=Run.ACTIVE)
    if run_id is not None:
        active = active.filter(pk__gt=run_id)
    return list(active.order_by("pk").values_list("pk", flat=True)[:_RUNS_LOOKED_AT])


def _go_on(run: Run) -> bool:
    try:
        with bounded(lock_seconds=2):
            locked = advance.lock(run.pk)
            if locked.status not in Run.ACTIVE:
                return False
            advance.go_on(locked)
    except Run.DoesNotExist:  # deleted in the meantime
        return False
    return True


def adopt_tasks() -> int:
    """Move ready tasks from the queues of older generations to the current ones.

    An earlier version of the program planned them, or its workers handed them back. Returns the
    number of tasks.
    """
    ready = Task.objects.filter(state=Task.State.READY)
    return sum(
        ready.filter(queue__in=queues.older_rows_of(queue)).update(queue=queues.rows_of(queue))
        for queue in QUEUES
    )


def wake_queues() -> int:
    """Send a few wake-ups, never one per task, to each queue with due tasks; return the number."""
    due = Task.objects.filter(Q(not_before=None) | Q(not_before__lte=Now()), state=Task.State.READY)
    woken = 0
    for queue in QUEUES:
        waiting = (
            due.filter(queue=queues.rows_of(queue))
            .order_by("rank")
            .values_list("pk")[: wake.LYING_AT_MOST]
        )
        woken += wake.top_up(queue, len(waiting))
    return woken


def forget_gone() -> int:
    """Delete the rows of workers and reconcilers not seen for an hour, and of abandoned duties.

    A duty is abandoned when it has been due for a week and no reconciler holds it. Returns the
    number of deleted rows.
    """
    hour, week = Now() - timedelta(hours=1), Now() - timedelta(days=7)
    gone = [
        Worker.objects.filter(last_seen__lt=hour),
        Reconciler.objects.filter(last_seen__lt=hour),
        DutyRun.objects.filter(next_at__lt=week, holder=""),
    ]
    return sum(rows.delete()[0] for rows in gone)
