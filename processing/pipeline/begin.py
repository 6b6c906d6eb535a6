"""Create a run and plan its first task. All functions must be called inside a transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from structlog.contextvars import get_contextvars
from uuid_utils.compat import uuid7

from processing.models import Run
from processing.pipeline import advance, plan
from processing.pipeline.retry import Remedy
from videos import lifecycle
from videos.models import Release, Source


def begin(
    video_id: UUID,
    source: Source | None,
    kind: str,
    *,
    profile: Mapping[str, Any],
    priority: int,
    whole: bool = False,
) -> Run:
    """Create a run with its release and first task. ``whole`` makes the video in one piece."""
    run_id = uuid7()
    run = Run.objects.create(
        pk=run_id,
        video_id=video_id,
        source=source,
        release=Release.objects.create(pk=run_id),
        kind=kind,
        profile=dict(profile),
        priority=priority,
        whole=whole,
        request_id=request_id(),
    )
    advance.add_tasks(run, plan.first(stored=source is not None))
    advance.tell(run, Run.Status.QUEUED)
    return run


def request_id() -> str:
    """Return the id of the request that is being answered; empty if there is none."""
    return str(get_contextvars().get("request_id", ""))[:128]


def begin_anew(run: Run, *, code: str, message: str, remedy: Remedy) -> bool:
    """Fail a run and begin another with a ``remedy``; return False if that was tried already.

    The video's state stays, except that the partial release of a first run is unpublished. Listed
    segments never change, so the other run makes its own release.
    """
    profile, whole = dict(run.profile), run.whole
    if remedy is Remedy.REPLAN:
        tried = False
    elif remedy is Remedy.ENCODE:
        tried, profile["copies"] = not profile.get("copies"), False
    else:
        tried, whole = whole, True
    if tried:
        return False
    failed = Run.Status.FAILED
    advance.end(run, failed, Release.State.FAILED, error_code=code, error_message=message)
    lifecycle.unpublish(run.video_id, release_id=run.pk)
    advance.tell(run, failed, code=code)
    begin(run.video_id, run.source, run.kind, profile=profile, priority=run.priority, whole=whole)
    return True
