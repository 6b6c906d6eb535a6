"""Take the best ready task of a queue under a lease."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from processing.models import Run, Task


def claim(queue: str, *, worker: str) -> Task | None:
    """Move the best ready task to running with a fresh token, or None when none is due.

    Highest priority first, then age. Rows another worker is claiming are skipped.
    """
    with transaction.atomic():
        due = Q(not_before=None) | Q(not_before__lte=Now())
        task = (
            Task.objects.select_for_update(skip_locked=True)
            .filter(due, queue=queue, state=Task.State.READY)
            .order_by("-priority", "ready_at", "id")
            .first()
        )
        if task is None:
            return None
        _start(task, worker)
    Run.objects.filter(pk=task.run_id, status=Run.Status.QUEUED).update(
        status=Run.Status.RUNNING, started_at=Now()
    )
    return Task.objects.select_related("run__source", "run__video").get(pk=task.pk)


def _start(task: Task, worker: str) -> None:
    Task.objects.filter(pk=task.pk).update(
        state=Task.State.RUNNING,
        token=uuid4(),
        lease_until=Now() + timedelta(seconds=settings.TASK_LEASE_SECONDS),
        attempts=F("attempts") + 1,
        worker=worker,
        started_at=Now(),
        progress=0.0,
        speed=None,
        not_before=None,
    )
