"""Plan a run; inside a transaction."""

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
    """A run with its release and its first task; ``whole``: in one piece."""
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
        request_id=str(get_contextvars().get("request_id", ""))[:128],
    )
    advance.add_tasks(run, plan.first())
    advance.tell(run, Run.Status.QUEUED)
    return run


def begin_anew(run: Run, *, code: str, message: str, remedy: Remedy) -> bool:
    """End a run and begin another that is made otherwise; False if that was tried already.

    The video stays as it is, except that what plays of a first run is withdrawn: segments that
    were listed never change, so the other run makes a release of its own.
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
