"""Take the best ready task of a queue under a lease."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Now

from accounts.plans import PLANS, PlanName
from processing.models import Run, Task
from processing.pipeline.transactions import bounded


def claim(queue: str, *, worker: str) -> Task | None:
    """Move the best ready task to running with a fresh token, or None when none is due.

    The earliest rank goes first, among owners below their cap of running tasks. Rows another
    worker is claiming are skipped, never waited for: it may be frozen. Two claims at the same
    moment may therefore exceed a cap by one.
    """
    with bounded():
        due = Q(not_before=None) | Q(not_before__lte=Now())
        task = (
            Task.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("run__source")
            .filter(due, queue=queue, state=Task.State.READY)
            .exclude(owner_id__in=_owners_at_cap(queue))
            .order_by("rank", "id")
            .first()
        )
        if task is None:
            return None
        _start(task, worker)
    if task.run.status == Run.Status.QUEUED:
        Run.objects.filter(pk=task.run_id, status=Run.Status.QUEUED).update(
            status=Run.Status.RUNNING, started_at=Now()
        )
    return task


def _owners_at_cap(queue: str) -> list[UUID]:
    """Owners who may have no further task of this queue running."""
    running = Task.objects.filter(queue=queue, state=Task.State.RUNNING).order_by()
    counts = running.values_list("owner", "owner__plan", "owner__is_staff").annotate(Count("pk"))
    return [
        owner
        for owner, plan, is_staff, count in counts
        if count >= PLANS[PlanName.STAFF if is_staff else plan].running
    ]


def _start(task: Task, worker: str) -> None:
    """Its row is locked, so what the instance holds is what the row becomes."""
    task.state, task.token, task.worker = Task.State.RUNNING, uuid4(), worker
    task.attempts += 1
    Task.objects.filter(pk=task.pk).update(
        state=task.state,
        token=task.token,
        lease_until=Now() + timedelta(seconds=settings.TASK_LEASE_SECONDS),
        attempts=task.attempts,
        worker=worker,
        started_at=Now(),
        progress=0.0,
        speed=None,
        not_before=None,
    )
