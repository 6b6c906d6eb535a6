"""Delete old runs and tasks, and old commands and logs, at most a few hundred rows at a time."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from processing.models import Run, Task
from processing.pipeline import cursors
from processing.pipeline.transactions import bounded
from videos.each_row import act_on_each

PRUNE = "prune_jobs"
_LOOKED_AT = 200
_RUNS = 20
_TASKS = 200
# Deleting a run takes some milliseconds; the next pass deletes the rest.
_SECONDS = 0.02


def prune_jobs() -> int:
    """Delete runs that ended over ``KEEP_JOBS_DAYS`` ago, with their tasks; return their number.

    A video's newest run stays, and so does a run whose release is still kept. The duty walks over
    the runs without a release, and starts again when it reaches the end.
    """
    cursor, _ = cursors.read(PRUNE)
    batch = _without_release(cursor.get("run"))
    newer = Run.objects.filter(video=OuterRef("video"), pk__gt=OuterRef("pk"))
    old = Run.objects.filter(Exists(newer), _over_long_ago(), pk__in=batch, release=None)
    doomed = list(old.order_by("pk")[:_RUNS])
    pruned = act_on_each(doomed, _prune, what=PRUNE, most_seconds=_SECONDS)
    if not pruned or pruned == len(doomed) < _RUNS:  # else there may be more in this batch
        more = len(batch) == _LOOKED_AT
        cursors.write(PRUNE, {"run": str(batch[-1])} if more else {})
    return pruned


def _without_release(after: str | None) -> list[UUID]:
    runs = Run.objects.filter(status__in=Run.OVER, release=None)
    if after is not None:
        runs = runs.filter(pk__gt=after)
    return list(runs.order_by("pk").values_list("pk", flat=True)[:_LOOKED_AT])


def _over_long_ago() -> Q:
    until = Now() - timedelta(days=settings.KEEP_JOBS_DAYS)
    return Q(status__in=Run.OVER, finished_at__lt=until)


def _prune(run: Run) -> bool:
    """Delete up to ``_TASKS`` tasks of a run, and the run too when no more are left."""
    with bounded(lock_seconds=2):
        locked = Run.objects.select_for_update(of=("self",)).filter(_over_long_ago(), pk=run.pk)
        if not locked.exists():
            return False
        tasks = list(Task.objects.filter(run=run).values_list("pk", flat=True)[: _TASKS + 1])
        Task.objects.filter(pk__in=tasks[:_TASKS]).only("pk").delete()
        if len(tasks) > _TASKS:
            return False
        Run.objects.filter(pk=run.pk).delete()
    return True


def slim_jobs() -> int:
    """Delete commands and logs of runs that ended over ``KEEP_JOBS_DAYS`` ago.

    Returns the number of tasks.
    """
    old = Run.objects.filter(_over_long_ago(), slimmed=False).order_by("finished_at")
    runs = list(old.values_list("pk", flat=True)[:_RUNS])
    if not runs:
        return 0
    with bounded(lock_seconds=2):
        told = Task.objects.filter(~Q(argv=[]) | ~Q(log_tail=""), run__in=runs)
        tasks = list(told.values_list("pk", flat=True)[: _TASKS + 1])
        Task.objects.filter(pk__in=tasks[:_TASKS]).update(argv=[], log_tail="")
        if len(tasks) <= _TASKS:
            Run.objects.filter(_over_long_ago(), pk__in=runs).update(slimmed=True)
    return len(tasks[:_TASKS])
