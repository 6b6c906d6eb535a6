"""Claim the best ready task of a queue under a lease."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.plans import terms_named
from processing import queues
from processing.models import Run, Task
from processing.pipeline import advance
from processing.pipeline.retry import MAX_CRASHES
from processing.pipeline.transactions import bounded
from processing.steps import STEPS
from processing.steps.step import Step
from processing.workers.machine import HEAVY_COST, Machine

# After a crash or a fault of its own, a worker leaves the task to others for this time.
_AVOIDED_FOR = timedelta(seconds=10)
# When a task has waited this long for memory, the machine begins nothing ranked behind it.
_WAITS_FOR_ROOM_AT_MOST = timedelta(minutes=2)
_LAST_TRY = MAX_CRASHES - 1


_RUNNING = (
    Task.objects.filter(state=Task.State.RUNNING)
    .order_by()
    .values_list("queue", "owner", "owner__plan", "machine", "memory", "cost", "crashes")
)


@dataclass(frozen=True)
class Allowance:
    """The tasks that a worker may claim at the moment.

    ``kinds`` are the allowed kinds; None allows every kind in the registry. ``full_owners`` already
    have enough tasks running in this process. ``machine`` is the machine whose memory and cores
    the worker shares. ``others_alive`` says that another worker can do what this one failed at.
    """

    machine: Machine | None = None
    kinds: Collection[str] | None = None
    full_owners: Collection[UUID] = field(default_factory=tuple)
    others_alive: bool = False


@dataclass(frozen=True)
class _Running:
    """The fields of a running task that a claim takes into account."""

    queue: str
    owner: UUID
    cap: int
    machine: str
    memory: int
    cost: float
    crashes: int


ANYTHING = Allowance()


def claim(
    queue: str, *, worker: str, token: UUID | None = None, within: Allowance = ANYTHING
) -> Task | None:
    """Claim the best ready task of ``queue`` under ``token`` and return it, or None if none is due.

    Without a ``token`` a new one is made. The task with the earliest rank is taken, among those
    whose owner is below the cap of running tasks, whose kind and version this code knows, and
    which fit into the machine's memory and cores. Rows that another worker is claiming are
    skipped, never waited for, because that worker may be frozen. Two simultaneous claims may
    therefore exceed a cap by one.
    """
    steps = tuple(_steps(queue, within.kinds))
    if not steps:
        return None
    ready = _ready(queue, steps, avoids=worker if within.others_alive else "")
    with bounded(sorts=False):
        running = _running()
        room = _room(running, within.machine)
        allowed = _fits(room) & _light(running, within.machine)
        if full := {*_owners_at_cap(queue, running), *within.full_owners}:
            allowed &= ~Q(owner_id__in=full)
        task = (ready.filter(allowed) if allowed else ready.all()).first()
        if task is None or not _has_room(task, room):
            return None
        _start(task, worker, token or uuid4(), within.machine)
        if task.run.status == Run.Status.QUEUED:  # else not even the row is looked at
            _start_run(task.run)
    return task


def _steps(queue: str, kinds: Collection[str] | None) -> list[Step]:
    """Return the steps of the queue that are among ``kinds``, or all of them if that is None."""
    return [s for s in STEPS.values() if s.queue == queue and (kinds is None or s.kind in kinds)]


@lru_cache(maxsize=64)
def _ready(queue: str, steps: Sequence[Step], avoids: str) -> QuerySet[Task]:
    """Return the query for due tasks of these steps, best first.

    It is cached because building the query takes longer than running it. Tasks of a newer version
    are left to newer workers. Tasks that the worker named ``avoids`` failed at are left to others
    for a while. The query locks its rows and selects the run and source too.
    """
    known = Q(pk__in=())
    for version in {step.version for step in steps}:
        kinds = [step.kind for step in steps if step.version == version]
        known |= Q(kind__in=kinds, version__lte=version)
    due = Q(not_before=None) | Q(not_before__lte=Now())
    if avoids:
        due &= ~Q(worker=avoids, ready_at__gt=Now() - _AVOIDED_FOR)
    return (
        Task.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run__source")
        .filter(known, due, queue=queues.rows_of(queue), state=Task.State.READY)
        .order_by("rank", "id")
    )


def _running() -> list[_Running]:
    """Return all running tasks: at most as many as there are worker threads."""
    return [
        _Running(
            queue=queues.woken_for(rows),
            owner=owner,
            cap=terms_named(plan).running,
            machine=where,
            memory=memory,
            cost=cost,
            crashes=crashes,
        )
        for rows, owner, plan, where, memory, cost, crashes in _RUNNING.all()
    ]


def _owners_at_cap(queue: str, running: Iterable[_Running]) -> list[UUID]:
    """Return the owners who have reached their cap of running tasks in this queue."""
    counts = Counter((task.owner, task.cap) for task in running if task.queue == queue)
    return [owner for (owner, cap), count in counts.items() if count >= cap]


def _room(running: Iterable[_Running], machine: Machine | None) -> int | None:
    """Return how many bytes a further task may need, or None for no limit.

    There is no limit when no running task on the machine needs memory: alone, any task may begin,
    however little memory there is. The last try of a task that crashed has the machine to itself.
    """
    if machine is None:
        return None
    here = [task for task in running if task.machine == machine.name and task.memory]
    if not here:
        return None
    if any(task.crashes >= _LAST_TRY for task in here):
        return 0
    return max(0, machine.memory - sum(task.memory for task in here))


def _fits(room: int | None) -> Q:
    """Return the filter for tasks that fit into ``room``.

    It also lets pass the tasks that have waited so long for room that none may begin before them.
    """
    if room is None:
        return Q()
    fits = Q(memory__lte=room, crashes__lt=_LAST_TRY) | Q(memory=0)
    return fits | Q(ready_at__lt=Now() - _WAITS_FOR_ROOM_AT_MOST)


def _light(running: Iterable[_Running], machine: Machine | None) -> Q:
    """Return the filter that excludes heavy tasks once the machine runs as many as it may.

    The other workers stay free for light tasks, so a large film does not hold up short clips.
    """
    if machine is None:
        return Q()
    heavy = [t for t in running if t.machine == machine.name and t.cost >= HEAVY_COST]
    return Q(cost__lt=HEAVY_COST) if len(heavy) >= machine.heavy_tasks else Q()


def _has_room(task: Task, room: int | None) -> bool:
    if room is None or not task.memory:
        return True
    return task.memory <= room and task.crashes < _LAST_TRY


def _start(task: Task, worker: str, token: UUID, machine: Machine | None) -> None:
    """Set a task running, in its row and in the instance. The caller holds the row's lock."""
    task.state, task.token, task.worker = Task.State.RUNNING, token, worker
    task.machine = machine.name if machine else ""
    task.attempts += 1
    Task.objects.filter(pk=task.pk).update(
        state=task.state,
        token=task.token,
        lease_until=Now() + timedelta(seconds=settings.TASK_LEASE_SECONDS),
        attempts=task.attempts,
        worker=task.worker,
        machine=task.machine,
        waits_for="",
        started_at=Now(),
        progress=0.0,
        speed=None,
        not_before=None,
    )


def _start_run(run: Run) -> None:
    """Set a queued run running, unless its row is locked.

    It does not wait, since the holder of that lock may be waiting for the task's row. The next
    claim of the run then does it, or the end of the task.
    """
    free = Run.objects.select_for_update(skip_locked=True).filter(pk=run.pk)
    advance.set_running(run, Run.objects.filter(pk__in=free.values("pk")))
