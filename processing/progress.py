"""How far a video is: read from its current run's task rows, in the query that reads the video."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum

from processing.models import Run, Task
from videos.models import Video

_STAGES = {
    "probe": "inspecting",
    "encode": "encoding",
    "poster": "encoding",
    "publish": "publishing",
}


@dataclass(frozen=True)
class CurrentRun:
    """The newest run of a video."""

    id: str
    kind: str
    status: str


@dataclass(frozen=True)
class Progress:
    """Percent of the current run, seconds to go when known, and what is being done."""

    percent: float
    eta_seconds: int | None
    stage: str
    speed: float | None


def with_run(videos: QuerySet[Video]) -> QuerySet[Video]:
    """Annotate videos with their current run and its progress: no further query is needed."""
    newest = Run.objects.filter(video=OuterRef("pk")).order_by("-id")
    tasks = Task.objects.filter(run=OuterRef("run_id"))
    running = tasks.filter(state=Task.State.RUNNING).order_by("-weight")
    done = tasks.order_by().values("run").annotate(done=Sum(F("weight") * F("progress")))
    annotated = videos.annotate(
        run_id=Subquery(newest.values("pk")[:1]),
        run_kind=Subquery(newest.values("kind")[:1]),
        run_status=Subquery(newest.values("status")[:1]),
    ).annotate(
        run_percent=Subquery(done.values("done")[:1]),
        task_kind=Subquery(running.values("kind")[:1]),
        task_progress=Subquery(running.values("progress")[:1]),
        task_speed=Subquery(running.values("speed")[:1]),
    )
    return cast("QuerySet[Video]", annotated)


def current_run(video: Any) -> CurrentRun | None:
    """The current run of a video read through ``with_run``."""
    if video.run_id is None:
        return None
    return CurrentRun(id=str(video.run_id), kind=video.run_kind, status=video.run_status)


def progress(video: Any) -> Progress:
    """The progress of a video read through ``with_run``, its source joined."""
    published = video.status == Video.Status.READY and video.release_id == video.run_id
    if video.run_status in Run.ACTIVE and not published:
        return Progress(
            percent=round(video.run_percent or 0.0, 1),
            eta_seconds=_eta(video),
            stage=_STAGES.get(video.task_kind, "waiting"),
            speed=video.task_speed,
        )
    ready = video.status == Video.Status.READY
    return Progress(
        percent=100.0 if ready else 0.0,
        eta_seconds=0 if ready else None,
        stage=video.status,
        speed=None,
    )


def tick(video: Any) -> dict[str, Any]:
    """A progress tick as listeners get it."""
    now = progress(video)
    return {
        "video": str(video.pk),
        "run": str(video.run_id),
        "percent": now.percent,
        "eta_seconds": now.eta_seconds,
        "stage": now.stage,
        "speed": now.speed,
    }


def _eta(video: Any) -> int | None:
    duration = ((video.source.media if video.source else None) or {}).get("duration")
    if not duration or not video.task_speed:
        return None
    return int(duration * (1 - video.task_progress) / video.task_speed) + 1
