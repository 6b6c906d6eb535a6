"""The state of an installation for its operators: jobs, workers, disks."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Now

from config.env import QUEUES
from processing.models import Reconciler, Run, Task, Worker
from processing.queues import woken_for
from processing.workers.registry import ALIVE_WITHIN

FAILING_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Queue:
    """The numbers of waiting and running steps in a queue."""

    name: str
    waiting: int
    running: int


@dataclass(frozen=True)
class Failing:
    """The number of jobs that failed recently with an error code."""

    code: str
    count: int


@dataclass(frozen=True)
class Jobs:
    """The number of active jobs, the queues, and the number of jobs that failed in the last day,
    with the eight most frequent of their errors."""

    active: int
    queues: list[Queue]
    failed: int
    failing: list[Failing]


@dataclass(frozen=True)
class Disk:
    """A disk of this machine, with a folder on it, and its free and total bytes."""

    folder: str
    free: int
    total: int

    @property
    def used_percent(self) -> int:
        """The used share of the disk in percent."""
        return round(100 * (1 - self.free / self.total)) if self.total else 100

    @property
    def room(self) -> str:
        """The free space as text."""
        return _gigabytes(self.free)

    @property
    def size(self) -> str:
        """The total size as text."""
        return _gigabytes(self.total)

    @property
    def is_low(self) -> bool:
        """Whether so little is free that workers on this disk take no tasks."""
        return self.free < settings.MIN_FREE_DISK_BYTES


@dataclass(frozen=True)
class Machines:
    """The workers and reconcilers, and the disks of this machine.

    ``silent`` is the number of workers not seen lately.
    """

    workers: Sequence[Worker]
    silent: int
    reconcilers: int
    disks: list[Disk]


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count < 1e11 else f"{count / 1e9:,.0f} GB"


def jobs() -> Jobs:
    """Read the jobs in three queries."""
    lately = Run.objects.filter(status=Run.Status.FAILED, finished_at__gt=Now() - FAILING_WITHIN)
    codes = lately.values("error_code").annotate(count=Count("pk")).order_by("-count", "error_code")
    failing = [Failing(row["error_code"], row["count"]) for row in codes]
    return Jobs(
        active=Run.objects.filter(status__in=Run.ACTIVE).count(),
        queues=list(_queues()),
        failed=sum(one.count for one in failing),
        failing=failing[:8],
    )


def machines() -> Machines:
    """Read the workers and reconcilers in three queries."""
    alive = Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN)
    return Machines(
        workers=list(alive.select_related("current_task").order_by("name")[:20]),
        silent=Worker.objects.exclude(last_seen__gt=Now() - ALIVE_WITHIN).count(),
        reconcilers=Reconciler.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN).count(),
        disks=list(_disks()),
    )


def _queues() -> Iterator[Queue]:
    State = Task.State
    moving = Task.objects.filter(state__in=(State.READY, State.RUNNING)).values("queue")
    rows = moving.annotate(
        waiting=Count("pk", filter=Q(state=State.READY)),
        running=Count("pk", filter=Q(state=State.RUNNING)),
    )
    counted = {name: [0, 0] for name in QUEUES}
    for row in rows:
        sums = counted.setdefault(woken_for(row["queue"]), [0, 0])
        sums[0] += row["waiting"]
        sums[1] += row["running"]
    for name, (waiting, running) in counted.items():
        if waiting or running:
            yield Queue(name, waiting, running)


def _disks() -> Iterator[Disk]:
    """Yield each disk once, with the first of our folders that is on it."""
    seen = set()
    for folder in (Path(settings.DATA_DIR), Path(settings.WORK_DIR), Path(settings.UPLOAD_DIR)):
        try:
            device, usage = folder.stat().st_dev, shutil.disk_usage(folder)
        except OSError:
            continue
        if device not in seen:
            seen.add(device)
            yield Disk(str(folder), usage.free, usage.total)
