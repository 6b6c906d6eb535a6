"""Put right what the pipeline lost: each function bounded, idempotent, safe in any number."""

import shutil
import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import OperationalError
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils import timezone

from processing.models import Run, Task, Worker
from processing.pipeline import advance, wake
from processing.pipeline.finish import take_back
from processing.pipeline.transactions import bounded

logger = structlog.get_logger(__name__)

_BATCH = 200
_FOLDER_AGE_SECONDS = 24 * 3600


def take_back_overdue() -> int:
    """Tasks whose lease ran out become ready again, or fail at their third crash."""
    overdue = Task.objects.filter(state=Task.State.RUNNING, lease_until__lt=Now())
    return sum(_take_back(task) for task in overdue.order_by("lease_until")[:_BATCH])


def _take_back(task: Task) -> bool:
    try:
        return take_back(task)
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


def remove_old_folders() -> int:
    """Work folders and half-spooled uploads that no living process can still use."""
    removed = 0
    oldest = time.time() - _FOLDER_AGE_SECONDS
    held = {
        str(t) for t in Task.objects.filter(token__isnull=False).values_list("token", flat=True)
    }
    for path in settings.WORK_DIR.glob("*") if settings.WORK_DIR.is_dir() else ():
        if path.name not in held and path.stat().st_mtime < time.time() - 60:
            shutil.rmtree(path, ignore_errors=True)
            removed += 1
    for path in settings.UPLOAD_DIR.glob("*") if settings.UPLOAD_DIR.is_dir() else ():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def forget_gone_workers() -> None:
    """Workers that have not been seen for an hour leave the list."""
    Worker.objects.filter(last_seen__lt=timezone.now() - timedelta(hours=1)).delete()
