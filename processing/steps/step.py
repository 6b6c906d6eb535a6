"""A kind of task: everything the rest of the product needs to know of it, in one value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from processing.steps.context import Outcome, TaskContext


@dataclass(frozen=True)
class TaskSpec:
    """A task to be created; ``after`` names (kind, number) of the same run.

    ``cost`` is the work it is, in seconds of 1080p at 30 frames a second, ``memory`` how many
    bytes it may need (0: not worth counting). ``weight`` is its part
    of its step's share; the planner turns it into percent of the run.
    """

    kind: str
    number: int = 0
    weight: float = 1.0
    cost: float = 0.0
    memory: int = 0
    after: tuple[tuple[str, int], ...] = ()
    input: Mapping[str, Any] = field(default_factory=dict)


def no_tasks(result: object) -> Sequence[TaskSpec]:
    """The ``follow`` of a step that follows from nothing."""
    return ()


@dataclass(frozen=True)
class Step:
    """One kind of task.

    ``stage`` is what the API calls a video while a task of this kind runs, ``label`` what people
    read instead. ``share`` is its percentage of a run's work, None for what the others leave.
    A run fails with a task that is ``essential``. ``bulk`` work is long and nobody waits for it,
    so it never takes all threads of a worker. ``stores`` says whether what it leaves goes with
    the release: then it is made again when the release is. ``follow(result)`` gives the tasks of
    this kind that follow from what a finished step of any kind found.

    Tasks are planned as of ``version``, which goes up when their input changes; this code still
    does those from ``oldest_version`` on, and plans a run anew that has older ones. A task may
    take an hour, the time its source needs to arrive, and ``seconds_a_second`` for each second
    of media it is about.
    """

    kind: str
    queue: str
    stage: str
    label: str
    share: float | None
    run: Callable[[TaskContext], Outcome]
    follow: Callable[[object], Sequence[TaskSpec]] = no_tasks
    essential: bool = True
    bulk: bool = False
    stores: bool = True
    version: int = 1
    oldest_version: int = 1
    seconds_a_second: float = 5.0
