"""The definition of a kind of task: all that the rest of the product needs, in one value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from processing.steps.context import Outcome, TaskContext


@dataclass(frozen=True)
class TaskSpec:
    """A task to be created. ``after`` holds the (kind, number) of tasks in its run to wait for.

    ``cost`` is its amount of work, in seconds of 1080p at 30 frames a second. ``memory`` is how
    many bytes it may need (0: not worth counting). ``weight`` is its part of its step's share; the
    planner turns it into percent of the run.
    """

    kind: str
    number: int = 0
    weight: float = 1.0
    cost: float = 0.0
    memory: int = 0
    after: tuple[tuple[str, int], ...] = ()
    input: Mapping[str, Any] = field(default_factory=dict)


def no_tasks(result: object) -> Sequence[TaskSpec]:
    """Return no tasks: the ``follow`` of a step whose tasks follow from no result."""
    return ()


@dataclass(frozen=True)
class Step:
    """One kind of task.

    ``stage`` is the API's name for the state of a video while such a task runs, and ``label`` the
    text for people. ``share`` is its percentage of a run's work, None for what the others leave.
    If an ``essential`` task fails, its run fails. ``bulk`` work is long and nobody waits for it, so
    it never takes all threads of a worker. ``stores`` says whether its output is deleted with the
    release, and must be made again with it. A step that ``needs_source`` is not run before the
    original is stored. ``follow(result)`` returns the tasks of this kind that
    follow from the result of a finished step of any kind.

    Tasks are planned under ``version``, which increases when their input changes. This code still
    performs tasks from ``oldest_version`` on, and plans a run with older ones anew. A task may take
    an hour, plus the time to download its source, plus ``seconds_a_second`` for each second of
    media it works on.
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
    needs_source: bool = True
    version: int = 1
    oldest_version: int = 1
    seconds_a_second: float = 5.0
