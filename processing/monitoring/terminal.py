"""Show the progress of videos in a terminal."""

import sys
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from processing.models import Run
from processing.monitoring import progress
from videos.models import Video

_LOOK_EVERY_SECONDS = 0.5
_WIDTH = 30
_WORKING = (Video.Status.UPLOADING, Video.Status.PROCESSING)


def wait_for(ids: Sequence[UUID]) -> list[Video]:
    """Draw a progress bar on standard error until none of the videos is being processed.

    Returns the videos in the order given, as they are then.
    """
    watched = progress.with_run(Video.objects.filter(pk__in=ids).select_related("source"))
    while True:
        videos: list[Any] = list(watched)
        working = [video for video in videos if _is_working(video)]
        sys.stderr.write(f"\r{_line(videos, working)}\x1b[K")
        sys.stderr.flush()
        if not working:
            sys.stderr.write("\n")
            return sorted(videos, key=lambda video: list(ids).index(video.pk))
        time.sleep(_LOOK_EVERY_SECONDS)


def wait_for_jobs(ids: Sequence[UUID]) -> None:
    """Draw a progress bar on standard error until none of the jobs is at work."""
    jobs = Run.objects.filter(pk__in=ids, status__in=Run.ACTIVE)
    while True:
        done = len(ids) - jobs.count()
        sys.stderr.write(f"\r{_bar(100.0 * done / max(1, len(ids)))}  {done} of {len(ids)}\x1b[K")
        sys.stderr.flush()
        if done == len(ids):
            sys.stderr.write("\n")
            return
        time.sleep(_LOOK_EVERY_SECONDS)


def _is_working(video: Any) -> bool:
    return video.status in _WORKING or video.run_status in ("queued", "running")


def _line(videos: Sequence[Any], working: Sequence[Any]) -> str:
    now = [progress.progress(video) for video in working]
    done = len(videos) - len(working)
    percent = (100.0 * done + sum(one.percent for one in now)) / max(1, len(videos))
    etas = [one.eta_seconds for one in now if one.eta_seconds is not None]
    left = f"  {max(etas)} s to go" if etas else ""
    stage = f"  {now[0].stage}" if len(now) == 1 else ""
    return f"{_bar(percent)}  {done} of {len(videos)}{stage}{left}"


def _bar(percent: float) -> str:
    return f"[{'#' * int(_WIDTH * percent / 100):<{_WIDTH}}] {percent:3.0f} %"
