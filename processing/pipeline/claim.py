"""Take the best ready task of a queue under a lease."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.plans import plan_named
from processing import queues
from processing.models import Run, Task
from processing.pipeline.retry import MAX_CRASHES
from processing.pipeline.transactions import bounded
from processing.steps import STEPS
from processing.steps.step import Step
from processing.workers.machine import HEAVY_COST, Machine

# After a crash or a fault of its own a worker leaves the task to others for so long.
_AVOIDED_FOR = timedelta(seconds=10)
# What has waited so long for memory keeps the machine from beginning anything else.
_WAITS_FOR_ROOM_AT_MOST = timedelta(minutes=2)
_LAST_TRY = MAX_CRASHES - 1


_RUNNING = (
    Task.objects.filter(state=Task.State.RUNNING)
    .order_by()
    .values_list("queue", "owner", "owner__plan", "machine", "memory", "cost", "crashes")
)


@dataclass(frozen=True)
class Allowance:
    """What a worker may take just now.

    Without ``kinds`` all of the registry. ``full_owners`` have enough running in this process.
    ``machine`` is whose memory is shared; with ``others_alive`` there is another worker for what
    this one failed at.
    """

    machine: Machine | None = None
    kinds: Collection[str] | None = None
    full_owners: Collection[UUID] = field(default_factory=tuple)
    others_alive: bool = False


@dataclass(frozen=True)
class _Running:
    """A task at work, as far as claims look at it."""

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
    """Move the best ready task to running under `token` (a fresh one if not told), or None when
    none is due.

    The earliest rank goes first, among owners below their cap of running tasks, of kinds and
    versions this code knows, and of what fits into the machine's memory and cores. Rows another
    worker is claiming are skipped, never waited for: it may be frozen. Two claims at the same
    moment may therefore exceed a cap by one.
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
        if task.run.status == Run.Status.QUEUED:
            _start_run(task.run_id)
    return task


def _steps(queue: str, kinds: Collection[str] | None) -> list[Step]:
    """What may be taken from the queue."""
    return [s for s in STEPS.values() if s.queue == queue and (kinds is None or s.kind in kinds)]


@lru_cache(maxsize=64)
def _ready(queue: str, steps: Sequence[Step], avoids: str) -> QuerySet[Task]:
    """What is due of these steps, best first; kept, since making a query takes longer than asking
    it.

    A newer version's tasks are left to newer workers, and what the worker named ``avoids`` failed
    at to others for a while. What is found is locked, and comes with its run and source.
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
    """All tasks at work: never more than there are threads of workers."""
    return [
        _Running(
            queue=queues.woken_for(rows),
            owner=owner,
            cap=plan_named(plan).running,
            machine=where,
            memory=memory,
            cost=cost,
            crashes=crashes,
        )
        for rows, owner, plan, where, memory, cost, crashes in _RUNNING.all()
    ]


def _owners_at_cap(queue: str, running: Iterable[_Running]) -> list[UUID]:
    """Owners who may have no further task of this queue running."""
    counts = Counter((task.owner, task.cap) for task in running if task.queue == queue)
    return [owner for (owner, cap), count in counts.items() if count >= cap]


def _room(running: Iterable[_Running], machine: Machine | None) -> int | None:
    """Bytes a further task may weigh; None when nothing that weighs runs on the machine: alone,
    anything may begin, however little memory there is. The last try of what crashed has the
    machine to itself."""
    if machine is None:
        return None
    here = [task for task in running if task.machine == machine.name and task.memory]
    if not here:
        return None
    if any(task.crashes >= _LAST_TRY for task in here):
        return 0
    return max(0, machine.memory - sum(task.memory for task in here))


def _fits(room: int | None) -> Q:
    """What fits, and what has waited for room so long that nothing else may begin before it."""
    if room is None:
        return Q()
    fits = Q(memory__lte=room, crashes__lt=_LAST_TRY) | Q(memory=0)
    return fits | Q(ready_at__lt=Now() - _WAITS_FOR_ROOM_AT_MOST)


def _light(running: Iterable[_Running], machine: Machine | None) -> Q:
    """Where a heavy task is at work on the machine, the others are left for what is not: a film
    of many pixels keeps nobody's clip waiting."""
    if machine is None:
        return Q()
    heavy = [t for t in running if t.machine == machine.name and t.cost >= HEAVY_COST]
    return Q(cost__lt=HEAVY_COST) if len(heavy) >= machine.heavy_tasks else Q()


def _has_room(task: Task, room: int | None) -> bool:
    if room is None or not task.memory:
        return True
    return task.memory <= room and task.crashes < _LAST_TRY


def _start(task: Task, worker: str, token: UUID, machine: Machine | None) -> None:
    """Its row is locked, so what the instance holds is what the row becomes."""
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


def _start_run(run_id: UUID) -> None:
    """Without waiting for the run's row: whoever holds it may be waiting for the task's. Then the
    next claim of the run does this."""
    free = Run.objects.select_for_update(skip_locked=True).filter(pk=run_id)
    Run.objects.filter(pk__in=free.values("pk"), status=Run.Status.QUEUED).update(
        status=Run.Status.RUNNING, started_at=Now()
    )
