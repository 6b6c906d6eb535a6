"""A video's progress, from its current run's tasks, read in the query that reads the video."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from processing.models import Run, Task
from processing.monitoring import downloads, forecast, remaining, stages, throughput
from processing.monitoring.downloads import Download
from videos.events import announce
from videos.events.messages import DownloadProgress, ProgressMessage
from videos.models import Video

State = Task.State

_TICK_SECONDS = 1


@dataclass(frozen=True)
class CurrentRun:
    """The newest run of a video."""

    id: str
    kind: str
    status: str


@dataclass(frozen=True)
class Progress:
    """The percentage done of the current run, the seconds to go when known, and the stage.

    ``speed`` is how many seconds of media are processed in a second, by all its workers together.
    ``place`` is how many tasks go before it while it waits: 0 is next, None not waiting.
    ``download`` is set until the file of an import has arrived.
    """

    percent: float
    eta_seconds: int | None
    stage: str
    speed: float | None
    place: int | None
    download: Download | None = None


def with_run(videos: QuerySet[Video]) -> QuerySet[Video]:
    """Annotate videos with their newest run and its progress, which saves further queries."""
    newest = Run.objects.filter(video=OuterRef("pk")).order_by("-id")
    annotated = videos.annotate(
        run_id=Subquery(newest.values("pk")[:1]),
        run_kind=Subquery(newest.values("kind")[:1]),
        run_status=Subquery(newest.values("status")[:1]),
    )
    told = downloads.with_download(annotated, video="pk")
    return cast("QuerySet[Video]", _with_tasks(told, run="run_id"))


def with_progress(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Annotate runs with their progress."""
    told = downloads.with_download(runs, video="video_id")
    return cast("QuerySet[Run]", _with_tasks(told, run="pk"))


def _with_tasks(rows: Any, *, run: str) -> Any:
    tasks = Task.objects.filter(run=OuterRef(run))
    running = tasks.filter(state=State.RUNNING).order_by("-weight")
    waiting = tasks.filter(state=State.READY).order_by("rank")
    totals = tasks.order_by().values("run")
    speeds = totals.filter(state=State.RUNNING).annotate(speeds=Sum("speed"))
    done = totals.annotate(done=Sum(F("weight") * F("progress")))
    ahead = (
        Task.objects.filter(
            queue=OuterRef("wait_queue"), state=State.READY, rank__lt=OuterRef("wait_rank")
        )
        .order_by()
        .values("queue")
    )
    told = rows.annotate(
        run_percent=Subquery(done.values("done")[:1]),
        task_kind=Subquery(running.values("kind")[:1]),
        run_speed=Subquery(speeds.values("speeds")[:1]),
        wait_queue=Subquery(waiting.values("queue")[:1]),
        wait_rank=Subquery(waiting.values("rank")[:1]),
    ).annotate(ahead=Subquery(ahead.annotate(n=Count("pk")).values("n")[:1]))
    return remaining.with_work(told, run=run)


def current_run(video: Any) -> CurrentRun | None:
    """Return the current run of a video that was read through ``with_run``."""
    if video.run_id is None:
        return None
    return CurrentRun(id=str(video.run_id), kind=video.run_kind, status=video.run_status)


def progress(video: Any) -> Progress:
    """Return the progress of a video that was read through ``with_run`` with its source joined."""
    published = video.status == Video.Status.READY and video.release_id == video.run_id
    if video.run_status in Run.ACTIVE and not published:
        return _working(video)
    ready = video.status == Video.Status.READY
    return Progress(
        percent=100.0 if ready else 0.0,
        eta_seconds=0 if ready else None,
        stage=video.status,
        speed=None,
        place=None,
    )


def run_progress(run: Any) -> Progress:
    """Return the progress of a run that was read through ``with_progress``, source joined."""
    if run.status in Run.ACTIVE:
        return _working(run)
    done = run.status == Run.Status.SUCCEEDED
    return Progress(
        percent=100.0 if done else round(run.run_percent or 0.0, 1),
        eta_seconds=0 if done else None,
        stage=run.status,
        speed=None,
        place=None,
    )


def announce_tick(video_id: UUID) -> None:
    """Announce to listeners a video's progress and how much of it is playable."""
    videos = Video.objects.filter(pk=video_id, deleted_at=None)
    video = with_run(videos.select_related("source", "release")).first()
    if video is not None:
        announce.progress(video, tick(video))


def announce_in_turn(video_id: UUID) -> None:
    """Announce a video's progress at most once a second, however many tasks of it are running."""
    if cache.add(f"tick.{video_id}", True, timeout=_TICK_SECONDS):
        announce_tick(video_id)


def tick(video: Any) -> ProgressMessage:
    """Return the progress message for listeners. The video's source and release must be joined."""
    now = progress(video)
    return ProgressMessage(
        type="progress",
        video=str(video.pk),
        job=str(video.run_id),
        percent=now.percent,
        eta_seconds=now.eta_seconds,
        stage=now.stage,
        speed=now.speed,
        download=_told(now.download),
        available_seconds=video.release.available_seconds if video.release else 0.0,
    )


def _told(download: Download | None) -> DownloadProgress | None:
    if download is None:
        return None
    return DownloadProgress(
        received=download.received,
        size=download.size,
        bytes_a_second=download.bytes_a_second,
        eta_seconds=download.eta_seconds,
    )


def _working(row: Any) -> Progress:
    at_work = row.task_kind is not None
    return Progress(
        percent=round(row.run_percent or 0.0, 1),
        eta_seconds=forecast.seconds_left(
            remaining.work_of(row), throughput.current(), at_work=at_work
        ),
        stage=stages.stage_of(row.task_kind),
        speed=row.run_speed,
        download=downloads.download_of(row),
        place=None if at_work or row.wait_queue is None else row.ahead or 0,
    )
