"""The configured FFmpeg, and how much of the machine a step may use."""

from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import Now

from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.progress import Progress
from processing.models import Task, Worker
from processing.queues import rows_of
from processing.steps.context import TaskContext
from processing.workers.machine import HEAVY_COST, this_machine, threads_for
from processing.workers.registry import ALIVE_WITHIN

_WALL_FLOOR_SECONDS = 600.0
_WALL_PER_MEDIA_SECOND = 60.0
# All rungs together, at their caps, stay under 3 MB a second.
_OUTPUT_FLOOR_BYTES = 512 * 1024**2
_OUTPUT_BYTES_A_SECOND = 6_000_000


def ffmpeg() -> FFmpeg:
    """Return FFmpeg with the programs and the sandbox of this installation."""
    return FFmpeg(settings.FFMPEG, settings.FFPROBE, settings.ENV.sandbox)


def limits(media_seconds: float, *, vain: float = 0.0) -> runner.Limits:
    """Return limits on time and output for the length of the media, and defaults for the rest.
    Before that, ``vain`` seconds are decoded without any output."""
    return runner.Limits(
        wall_seconds=_WALL_FLOOR_SECONDS + _WALL_PER_MEDIA_SECOND * (media_seconds + vain),
        stall_seconds=runner.Limits.stall_seconds + vain,
        output_bytes=_OUTPUT_FLOOR_BYTES + round(_OUTPUT_BYTES_A_SECOND * media_seconds),
    )


def run(
    argv: Sequence[str],
    context: TaskContext,
    seconds: float,
    source: Path,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    vain: float = 0.0,
    beside: Sequence[Path] = (),
) -> runner.Finished:
    """Run FFmpeg over ``seconds`` of media, and before that over ``vain`` seconds that it only
    decodes, after closing the database connection. It may read the ``source`` and the files
    ``beside`` it."""
    let_go_of_database()
    return context.ffmpeg.run(
        argv,
        limits=limits(seconds, vain=vain),
        reads=[source, *beside],
        writes=context.folder,
        on_progress=on_progress,
        should_stop=context.should_stop,
    )


def run_fed(
    feeder: Sequence[str],
    argv: Sequence[str],
    context: TaskContext,
    seconds: float,
    source: Path,
    *,
    pipe: Path,
    on_progress: Callable[[Progress], None],
) -> runner.Finished:
    """Run FFmpeg as `run` does, with a second program `feeder` that writes into `pipe`."""
    let_go_of_database()
    return context.ffmpeg.run_fed(
        feeder,
        argv,
        pipe=pipe,
        limits=limits(seconds),
        reads=[source],
        writes=context.folder,
        on_progress=on_progress,
        should_stop=context.should_stop,
    )


def let_go_of_database() -> None:
    """Close the database connection, since the work that follows is long and needs no query."""
    if not connection.in_atomic_block:
        connection.close()


def threads(*, alone: bool, cost: float = 0.0, crashes: int = 0) -> int:
    """Return the number of FFmpeg threads: this machine's cores, shared among its encodes.

    ``alone`` says that no other task of its run can be done meanwhile, so that it gets all cores.
    Heavy tasks share the cores among themselves. A task that crashed ``crashes`` times gets fewer.
    """
    machine = this_machine()
    if alone:
        together = 1.0
    elif cost >= HEAVY_COST:
        together = float(machine.heavy_tasks)
    else:
        together = _encodes_here()
    return threads_for(machine.cores, together=together, crashes=crashes)


def _encodes_here() -> float:
    """Return how many encodes will run on this machine during one that begins now.

    That is no more than it has workers. When no task waits, it is half of those running, since they
    end one after the other.
    """
    machine = this_machine().name
    alive = Worker.objects.filter(machine=machine, last_seen__gt=Now() - ALIVE_WITHIN)
    encoders = sum("encode" in queues for queues in alive.values_list("queues", flat=True))
    # Only ready and running tasks are read, since the table keeps finished ones for months.
    moving = Task.objects.filter(
        queue=rows_of("encode"), kind="encode", state__in=[Task.State.READY, Task.State.RUNNING]
    )
    counted = moving.aggregate(
        running=Count("pk", filter=Q(state=Task.State.RUNNING, machine=machine)),
        ready=Count("pk", filter=Q(state=Task.State.READY)),
    )
    if not counted["ready"]:
        return float(counted["running"]) / 2
    return float(min(counted["running"] + counted["ready"], max(1, encoders)))
