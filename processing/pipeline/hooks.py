"""What happens around every task, as a list one can add to: logging, metrics, tracing.

A hook never decides what becomes of a task, and one that breaks never ends the work.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

import structlog

from processing.models import Task
from processing.pipeline.retry import Problem
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
    """How an attempt ended, after so many ``seconds`` of work; with the ``outcome`` of what is
    done and the ``problem`` of what failed."""

    how: How
    seconds: float = 0.0
    outcome: Outcome | None = None
    problem: Problem | None = None


class TaskHook:
    """Called around each attempt at a task, in the thread that works on it. Override what is
    wanted; what is raised is logged and goes no further."""

    def before_task(self, task: Task) -> None:
        """The task was claimed; its step begins."""

    def after_task(self, task: Task, ending: Ending) -> None:
        """The attempt is over, however it ended."""

    def failed_task(self, task: Task, problem: Problem) -> None:
        """The step failed; called before ``after_task``."""


class TaskLog(TaskHook):
    """A line when a task begins and one when it ends."""

    def before_task(self, task: Task) -> None:
        """Who works on what."""
        _told(task).info("task_started", number=task.number, attempt=task.attempts)

    def after_task(self, task: Task, ending: Ending) -> None:
        """How it ended and how long it took."""
        code = ending.problem.code if ending.problem else ""
        told = _told(task).bind(seconds=round(ending.seconds, 3))
        if ending.how is How.FAILED:
            told.warning("task_failed", error_code=code)
        else:
            told.info(f"task_{ending.how.value}")


def _told(task: Task) -> structlog.stdlib.BoundLogger:
    bound: structlog.stdlib.BoundLogger = logger.bind(
        task=str(task.pk), kind=task.kind, run=str(task.run_id), worker=task.worker
    )
    return bound


HOOKS: list[TaskHook] = [TaskLog()]
"""In the order in which they are called."""


def before(task: Task) -> None:
    """Call every hook: a task begins."""
    _each(lambda hook: hook.before_task(task))


def after(task: Task, ending: Ending) -> None:
    """Call every hook: the attempt is over."""
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
