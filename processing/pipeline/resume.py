"""Open a run again that failed or was canceled; inside a transaction that holds its row."""

from processing.models import Run, Task
from processing.pipeline import advance
from processing.steps import STEPS
from videos import lifecycle, objects
from videos.models import Chunk, Release

State = Task.State


def reopen(run: Run) -> None:
    """Do again what is not done. If what was made is gone, everything is."""
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
    """The release was swept: its chunks must be made again, under the same id."""
    if Release.objects.filter(pk=run.pk).exists():
        objects.mark_releases([run.pk])
        Release.objects.filter(pk=run.pk).delete()
    release = Release.objects.create(pk=run.pk)
    Run.objects.filter(pk=run.pk).update(release=release)
    Task.objects.filter(run=run, state=State.DONE).exclude(kind__in=_kept()).update(
        state=State.CANCELED
    )


def _kept() -> list[str]:
    """Kinds whose work did not go with the release."""
    return [kind for kind, step in STEPS.items() if not step.stores]
