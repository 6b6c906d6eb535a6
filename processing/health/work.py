"""Check workers, reconcilers and owners' budgets, and which installation owns the storages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models.functions import Now

from config.version import VERSION
from processing.health.catalogue import disk as disk_kinds
from processing.health.catalogue import work as kinds
from processing.health.finding import CheckResult, well
from processing.models import Reconciler, Run, Worker
from processing.monitoring import reconcilers
from processing.workers.registry import ALIVE_WITHIN, DISK_FULL
from videos import installation
from videos.objects.unknown import counted

WORKERS, OWNER = "Workers", "Storage owner"


def workers() -> list[CheckResult]:
    """Check that each queue has a worker that was seen lately, and that each worker takes tasks."""
    alive = list(Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN).order_by("name"))
    return [*_of_workers(alive)] or [well(WORKERS, f"{len(alive)} alive")]


def _of_workers(alive: list[Worker]) -> Iterator[CheckResult]:
    served = {queue for worker in alive for queue in worker.queues}
    needed = ["encode", "media", *(["speech"] if settings.TRANSCRIBER != "off" else [])]
    idle = [queue for queue in needed if queue not in served]
    if idle:
        yield kinds.NO_WORKER.at(WORKERS, queues=",".join(idle))
    full = [worker.name for worker in alive if worker.waits_because == DISK_FULL]
    if full:
        yield disk_kinds.FULL_ELSEWHERE.at(WORKERS, workers=", ".join(full))
    yield from _of_other_versions(WORKERS, alive)
    for worker in alive:
        if worker.waits_because and worker.name not in full:
            yield kinds.WORKERS_WAIT.at(WORKERS, worker=worker.name, reason=worker.waits_because)


def _of_other_versions(name: str, alive: Sequence[Worker | Reconciler]) -> Iterator[CheckResult]:
    others = [f"{one.name} ({one.version or 'older'})" for one in alive if one.version != VERSION]
    if others:
        yield kinds.OTHER_VERSION.at(name, names=", ".join(others), version=VERSION)


def reconciler() -> CheckResult:
    """Check that a reconciler is alive, its duties run, and no lease ran out long ago."""
    state = reconcilers.read()
    if wrong := reconcilers.problems(state):
        return kinds.RECONCILER.at("Reconciler", problems="; ".join(wrong))
    for other in _of_other_versions("Reconciler", state.alive):
        return other
    return well("Reconciler", f"{len(state.alive)} alive")


def budgets() -> CheckResult:
    """Return how many owners' videos wait because they asked for more than a day's budget."""
    behind = Run.objects.filter(status__in=Run.ACTIVE, over_budget=True)
    owners = behind.values("video__owner").distinct().count()
    allowed = f"{settings.DAILY_GIGAPIXELS} gigapixels a day"
    told = f"{owners} owners wait behind others" if owners else "nobody is over theirs"
    return well("Budgets", f"{allowed}; {told}")


def storage_owner() -> CheckResult:
    """Check that both storages belong to this installation, so that objects may be deleted.

    The finding also gives the number and bytes of unknown objects.
    """
    ok, sentence = installation.status()
    if ok and (guests := installation.guests()):
        return kinds.SHARED.at(OWNER, guests=", ".join(guests))
    unknown = counted()
    if unknown is not None and unknown.objects:
        sentence += f" {unknown.objects} unknown objects ({unknown.bytes} bytes) in them."
    return well(OWNER, sentence) if ok else kinds.NOT_OURS.at(OWNER, verdict=sentence)
