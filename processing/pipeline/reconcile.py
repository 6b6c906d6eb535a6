"""Put right what the pipeline lost: each function bounded, idempotent, safe in any number."""

from datetime import timedelta

import structlog
from django.db import OperationalError
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils import timezone

from processing.models import Run, Task, Worker
from processing.pipeline import advance, wake
from processing.pipeline.finish import rescue
from processing.pipeline.transactions import bounded

logger = structlog.get_logger(__name__)

_BATCH = 200


def take_back_overdue() -> int:
    """Tasks whose lease ran out become ready again, or fail at their third crash."""
    overdue = Task.objects.filter(state=Task.State.RUNNING, lease_until__lt=Now())
    return sum(_take_back(task) for task in overdue.order_by("lease_until")[:_BATCH])


def _take_back(task: Task) -> bool:
    try:
        return rescue(task)
    except OperationalError:
        # Its run is locked, perhaps by a frozen worker: the others must not wait for it.
        logger.warning("task_not_taken_back", task=str(task.pk))
        return False


def advance_finished() -> int:
    """Runs whose tasks are all over but which were not moved on."""
    stale = Run.objects.filter(status__in=Run.ACTIVE).annotate(
        moving=Count("tasks", filter=Q(tasks__state__in=[Task.State.READY, Task.State.RUNNING]))
    )
    moved = 0
    for run in stale.filter(moving=0)[:_BATCH]:
        with bounded():
            locked = advance.lock(run.pk)
            if locked.status in Run.ACTIVE:
                advance.go_on(locked)
                moved += 1
    return moved


def wake_queues() -> int:
    """A few wake-ups for each queue that has tasks due; never one for each task."""
    due = Task.objects.filter(Q(not_before=None) | Q(not_before__lte=Now()), state=Task.State.READY)
    woken = 0
    for queue, count in due.order_by().values_list("queue").annotate(Count("pk")):
        woken += wake.top_up(queue, count)
    return woken


def forget_gone_workers() -> None:
    """Workers that have not been seen for an hour leave the list."""
    Worker.objects.filter(last_seen__lt=timezone.now() - timedelta(hours=1)).delete()
