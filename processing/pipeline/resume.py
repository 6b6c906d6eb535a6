"""Reopen a failed or canceled run, inside a transaction that holds the run's row lock."""

from processing.models import Run, Task
from processing.pipeline import advance
from processing.steps import STEPS
from videos import lifecycle, objects
from videos.models import Chunk, Release

State = Task.State


def reopen(run: Run) -> None:
    """Queue the run's failed and canceled tasks again, and finished ones whose output is gone."""
    failed = Release.objects.filter(pk=run.pk, state=Release.State.FAILED)
    published = Release.objects.filter(pk=run.pk, state=Release.State.COMPLETE)
    if not failed.update(state=Release.State.GROWING) and not published.exists():
        _begin_anew(run)
    Task.objects.filter(run=run, state__in=[State.FAILED, State.CANCELED]).update(
        state=State.BLOCKED,
        attempts=0,
        crashes=0,
        progress=0.0,
        speed=None,
        not_before=None,
        released_since=None,
        worker="",
        finished_at=None,
        error_code="",
        error_message="",
    )
    Run.objects.filter(pk=run.pk).update(
        status=Run.Status.QUEUED,
        finished_at=None,
        error_code="",
        error_message="",
    )
    advance.unlock(run)
    if run.release and Chunk.objects.filter(rendition__release=run.release, number=0).exists():
        lifecycle.make_playable(run.video_id, release=run.release)


def _begin_anew(run: Run) -> None:
    """Replace a swept release by a new one with the same id, and redo the tasks of its chunks."""
    if Release.objects.filter(pk=run.pk).exists():
        objects.mark_releases([run.pk])
        Release.objects.filter(pk=run.pk).delete()
    release = Release.objects.create(pk=run.pk)
    Run.objects.filter(pk=run.pk).update(release=release)
    Task.objects.filter(run=run, state=State.DONE).exclude(kind__in=_kept()).update(
        state=State.CANCELED
    )


def _kept() -> list[str]:
    """Return the kinds of tasks whose results are not deleted with the release."""
    return [kind for kind, step in STEPS.items() if not step.stores]
