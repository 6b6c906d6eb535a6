"""End a task: done, failed, to be tried again, or handed back.

Each locks the run row first, so that two last siblings cannot each see the other still at
work, and moves the task by its token, so that a stale worker can end nothing.
"""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from processing.models import Run, Task
from processing.monitoring import progress
from processing.pipeline import advance, begin, plan, retry, wake
from processing.pipeline.lease import LeaseLost
from processing.pipeline.retry import Problem
from processing.pipeline.transactions import bounded
from processing.steps.context import Outcome

logger = structlog.get_logger(__name__)


def finish(task: Task, outcome: Outcome) -> None:
    """The step is done: record what it leaves and unlock what waited for it."""
    with bounded():
        run = advance.lock(task.run_id)
        _move(
            task,
            Task.State.DONE,
            finished_at=Now(),
            progress=1.0,
            argv=list(outcome.argv),
            log_tail=outcome.log,
            error_code="",
            error_message="",
        )
        outcome.record()
        advance.add_tasks(run, plan.following(outcome.result))
        advance.go_on(run)
        if outcome.announce:
            transaction.on_commit(lambda: progress.announce_tick(run.video_id), robust=True)


def fail(task: Task, problem: Problem) -> None:
    """The step failed: try again later, or give the task up."""
    wait = retry.delay(problem, failures=task.attempts - task.crashes)
    with bounded():
        run = advance.lock(task.run_id)
        if wait is None:
            _give_up(run, task, problem)
        else:
            _move(
                task,
                Task.State.READY,
                **_reason(problem),
                ready_at=Now(),
                not_before=Now() + timedelta(seconds=wait),
            )


def hand_back(task: Task) -> None:
    """The worker is stopping: somebody else takes the task at once, no attempt counted."""
    with bounded():
        advance.lock(task.run_id)
        _move(task, Task.State.READY, attempts=F("attempts") - 1, ready_at=Now())
        wake.on_commit([task.queue])


def take_back(task: Task) -> bool:
    """Its lease ran out: count a crash; at the third the run fails. False if it is alive.

    Raises ``OperationalError`` when the run's row is not to be had soon.
    """
    with bounded(lock_seconds=2):
        run = advance.lock(task.run_id)
        overdue = Task.objects.filter(pk=task.pk, token=task.token, lease_until__lt=Now())
        if not overdue.exists():
            return False
        crashes = task.crashes + 1
        try:
            if crashes >= retry.MAX_CRASHES:
                _give_up(run, task, retry.WORKER_CRASHED, crashes=crashes)
            else:
                _move(task, Task.State.READY, crashes=crashes, ready_at=Now())
                wake.on_commit([task.queue])
        except LeaseLost:
            return False
    logger.warning("task_taken_back", task=str(task.pk), kind=task.kind, crashes=crashes)
    return True


def _give_up(run: Run, task: Task, problem: Problem, **fields: object) -> None:
    _move(task, Task.State.FAILED, **_reason(problem), finished_at=Now(), **fields)
    code, message = problem.code, problem.message
    if problem.remedy and begin.begin_anew(run, code=code, message=message, remedy=problem.remedy):
        return
    if task.essential:
        advance.fail_run(run, code=code, message=message)
    else:
        advance.go_on(run)


def _reason(problem: Problem) -> dict[str, object]:
    reason: dict[str, object] = {
        "error_code": problem.code,
        "error_message": problem.message,
    }
    if problem.argv:
        reason |= {"argv": list(problem.argv), "log_tail": problem.log}
    return reason


def _move(task: Task, state: Task.State, **fields: object) -> None:
    holder = Task.objects.filter(pk=task.pk, token=task.token, state=Task.State.RUNNING)
    if not holder.update(state=state, token=None, lease_until=None, **fields):
        raise LeaseLost(f"task {task.pk} is no longer held under this token")
