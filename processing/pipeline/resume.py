"""Reopen a run that is over, inside a transaction that holds the run's row lock."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from processing.models import Run, Task
from processing.pipeline import advance
from processing.pipeline.begin import request_id
from processing.steps import STEPS
from processing.steps.step import TaskSpec
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
    _queue(run)
    advance.unlock(run)
    if run.release and Chunk.objects.filter(rendition__release=run.release, number=0).exists():
        lifecycle.make_playable(run.video_id, release=run.release)


def remake(run: Run, specs: Sequence[TaskSpec], *, video_id: UUID, priority: int) -> None:
    """Queue a run for these tasks alone, in place of its earlier ones of their kinds.

    Its release is complete and stays as it is; what the earlier tasks made stays until the new ones
    list theirs. The run becomes that of the video.
    """
    Task.objects.filter(run=run, kind__in={spec.kind for spec in specs}).only("pk").delete()
    _queue(
        run,
        video_id=video_id,
        priority=priority,
        over_budget=False,
        request_id=request_id(),
    )
    advance.add_tasks(run, specs)


def _queue(run: Run, **fields: Any) -> None:
    """Queue a run that is over, with these fields changed, in its row and in the instance."""
    fields |= {"status": Run.Status.QUEUED, "finished_at": None, "slimmed": False}
    fields |= {"error_code": "", "error_message": ""}
    for name, value in fields.items():
        setattr(run, name, value)
    Run.objects.filter(pk=run.pk).update(**fields)


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
