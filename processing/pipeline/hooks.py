"""Hooks called around every task, in a list that can be extended: logging, metrics, tracing.

A hook never decides what becomes of a task, and an error in a hook never ends the work.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

import structlog

from processing.models import Task
from processing.pipeline.retry import Fate, Problem
from processing.steps.context import Outcome

logger = structlog.get_logger(__name__)


class How(Enum):
    """How an attempt at a task ended."""

    DONE = "done"
    FAILED = "failed"
    RELEASED = "released"
    LOST = "lost"


@dataclass(frozen=True)
class Ending:
    """How an attempt ended, after so many ``seconds``.

    ``outcome`` is set when the task is done, ``problem`` when it failed, and ``fate`` says what
    then becomes of the task.
    """

    how: How
    seconds: float = 0.0
    outcome: Outcome | None = None
    problem: Problem | None = None
    fate: Fate | None = None


class TaskHook:
    """Base class of hooks, called around each attempt at a task in the thread that works on it.

    Override the methods you need. An exception from a hook is logged and goes no further.
    """

    def before_task(self, task: Task) -> None:
        """Called when the task was claimed and its step begins."""

    def after_task(self, task: Task, ending: Ending) -> None:
        """Called when the attempt is over, however it ended."""

    def failed_task(self, task: Task, problem: Problem) -> None:
        """Called when the step failed, before ``after_task``."""


class TaskLog(TaskHook):
    """Log one line when a task begins and one when it ends."""

    def before_task(self, task: Task) -> None:
        """Log which worker begins which task."""
        logger.info("task_started", **names_of(task))

    def after_task(self, task: Task, ending: Ending) -> None:
        """Log how the attempt ended, how long it took, and what becomes of the task."""
        told = logger.bind(**names_of(task), seconds=round(ending.seconds, 3))
        if problem := ending.problem:
            told = told.bind(error_code=problem.code, error_message=problem.message)
        if ending.how is How.FAILED:
            event = _EVENTS.get(ending.fate, "task_failed") if ending.fate else "task_failed"
            told.warning(event, outcome="failure")
        else:
            outcome = "success" if ending.how is How.DONE else "unknown"
            told.info(f"task_{ending.how.value}", outcome=outcome)


_EVENTS = {
    Fate.RETRIED: "task_retried",
    Fate.HANDED_BACK: "task_handed_back",
    Fate.BEGUN_ANEW: "task_begun_anew",
}


def names_of(task: Task) -> dict[str, object]:
    """Return the log fields of a task, with its video, its run and the request that began it."""
    names: dict[str, object] = {
        "task": str(task.pk),
        "kind": task.kind,
        "number": task.number,
        "attempt": task.attempts,
        "job": str(task.run_id),
        "video": str(task.run.video_id),
        "worker": task.worker,
    }
    return names | ({"request_id": task.run.request_id} if task.run.request_id else {})


HOOKS: list[TaskHook] = [TaskLog()]
"""The hooks, in the order in which they are called."""


def before(task: Task) -> None:
    """Tell every hook that a task begins."""
    _each(lambda hook: hook.before_task(task))


def after(task: Task, ending: Ending) -> None:
    """Tell every hook that the attempt is over, and before that of its problem, if any."""
    problem = ending.problem
    if problem is not None:
        _each(lambda hook: hook.failed_task(task, problem))
    _each(lambda hook: hook.after_task(task, ending))


def _each(call: Callable[[TaskHook], None]) -> None:
    hooks: Iterable[TaskHook] = tuple(HOOKS)
    for hook in hooks:
        try:
            call(hook)
        except Exception:
            logger.exception("task_hook_failed", hook=type(hook).__name__)
