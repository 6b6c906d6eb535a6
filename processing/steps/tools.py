"""FFmpeg as configured: binaries, sandbox and limits from the settings."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection

from processing.ffmpeg import runner
from processing.ffmpeg.media import Media
from processing.ffmpeg.progress import Progress
from processing.ffmpeg.sandbox import Sandbox, detect
from processing.steps.job import Job

_WALL_FLOOR_SECONDS = 600.0
_WALL_PER_MEDIA_SECOND = 60.0
# All rungs at their caps together stay under 3 MB a second.
_OUTPUT_FLOOR_BYTES = 512 * 1024**2
_OUTPUT_BYTES_A_SECOND = 6_000_000


def sandbox() -> Sandbox:
    """The strongest sandbox that works here and is allowed."""
    return detect(settings.ENV.sandbox)


def limits(media_seconds: float) -> runner.Limits:
    """Wall clock and output by the length of the work; the rest as the runner's defaults."""
    return runner.Limits(
        wall_seconds=_WALL_FLOOR_SECONDS + _WALL_PER_MEDIA_SECOND * media_seconds,
        output_bytes=_OUTPUT_FLOOR_BYTES + round(_OUTPUT_BYTES_A_SECOND * media_seconds),
    )


def run(
    argv: Sequence[str],
    job: Job,
    media: Media,
    source: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> runner.Finished:
    """Run FFmpeg for a job; no connection to the database stays open meanwhile."""
    let_go_of_database()
    return runner.run(
        argv,
        limits=limits(media.duration),
        sandbox=sandbox(),
        reads=[source],
        writes=job.folder,
        on_progress=on_progress,
        should_stop=job.should_stop,
    )


def let_go_of_database() -> None:
    """Close the connection: what follows takes long and asks nothing."""
    if not connection.in_atomic_block:
        connection.close()


def threads(running_here: int) -> int:
    """FFmpeg threads: the cores this process may use, shared among the tasks running."""
    return max(1, len(os.sched_getaffinity(0)) // max(1, running_here))
