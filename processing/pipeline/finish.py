"""End an attempt at a task: done, failed, to be tried again, or released.

Each function locks the run's row first, so that a run's last two tasks cannot each see the other
still running. It updates the task only under its token, so that a stale worker can end nothing.
All except ``rescue`` raise ``LeaseLost`` when the run is gone or the token is no longer current.
"""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now

from processing import queues
from processing.models import Run, Task
from processing.monitoring import progress
from processing.pipeline import advance, begin, budget, plan, retry, wake
from processing.pipeline.lease import LeaseLost
from processing.pipeline.retry import Blame, Fate, Problem
from processing.pipeline.transactions import bounded
from processing.steps.context import NotYet, Outcome, Settled

logger = structlog.get_logger(__name__)


def finish(task: Task, outcome: Outcome) -> None:
    """Mark the task as done, record the step's outcome, and unlock the tasks that waited for it."""
    with bounded():
        run = advance.lock(task.run_id)
        _move(
            task,
            Task.State.DONE,
            finished_at=Now(),
            progress=1.0,
            argv=list(outcome.argv),
            log_tail=outcome.log,
            counted=outcome.counted,
            error_code="",
            error_message="",
        )
        advance.set_running(run)
        is_settled = outcome.record() is Settled.SETTLED
        budget.charge(run, outcome.gigapixels)
        if not is_settled:
            advance.add_tasks(run, plan.following(outcome.result))
        advance.go_on(run)
        if outcome.announce:
            transaction.on_commit(lambda: progress.announce_tick(run.video_id), robust=True)


def fail(task: Task, problem: Problem) -> Fate:
    """Record a failure of the step, and return what becomes of the task.

    A fault of the task and a crash are counted; the task is tried again or given up. A failure
    that is no fault of the task is not counted: the task is handed back, for a day at most.
    """
    with bounded():
        run = advance.lock(task.run_id)
        if problem.blame is Blame.CRASH:
            return _count_crash(run, task, problem)
        if problem.blame is Blame.TASK:
            return _count_failure(run, task, problem)
        long_ago = Now() - retry.BLAMELESS_FOR
        if Task.objects.filter(pk=task.pk, released_since__lt=long_ago).exists():
            return _give_up(run, task, problem)
        return _release_task(task, problem)


def _release_task(task: Task, problem: Problem) -> Fate:
    due = Now() + timedelta(seconds=retry.release_delay())
    _move(
        task,
        Task.State.READY,
        **_reason(problem),
        attempts=F("attempts") - 1,
        released_since=Coalesce(F("released_since"), Now()),
        ready_at=due,  # from then on other workers may take it first for a while
        not_before=due,
    )
    return Fate.HANDED_BACK


def _count_failure(run: Run, task: Task, problem: Problem) -> Fate:
    wait = retry.delay(problem, failures=task.attempts - task.crashes)
    if wait is None:
        return _give_up(run, task, problem)
    _move(
        task,
        Task.State.READY,
        **_reason(problem),
        ready_at=Now(),
        not_before=Now() + timedelta(seconds=wait),
    )
    return Fate.RETRIED


def _count_crash(run: Run, task: Task, problem: Problem) -> Fate:
    """Count a crash and make the task ready again, or give it up at its third crash."""
    crashes = task.crashes + 1
    if crashes >= retry.MAX_CRASHES:
        return _give_up(run, task, retry.worker_crashed(problem), crashes=crashes)
    _move(task, Task.State.READY, **_reason(problem), crashes=crashes, ready_at=Now())
    wake.on_commit([queues.woken_for(task.queue)])
    return Fate.RETRIED


def release_task(task: Task) -> None:
    """Release the task of a stopping worker for another to take at once; no attempt is counted."""
    with bounded():
        advance.lock(task.run_id)
        _move(task, Task.State.READY, attempts=F("attempts") - 1, ready_at=Now())
        wake.on_commit([queues.woken_for(task.queue)])


def put_off(task: Task, wait: NotYet) -> None:
    """Release a task that can only go on after something else; no attempt is counted."""
    due = Now() + timedelta(seconds=wait.seconds)
    with bounded():
        advance.lock(task.run_id)
        _move(
            task,
            Task.State.READY,
            attempts=F("attempts") - 1,
            ready_at=due,
            not_before=due,
            waits_for=wait.what,
        )


def is_held(task: Task) -> bool:
    """Return whether a task is still to be done by the holder of this token."""
    return _held(task).exists()


def rescue(task: Task) -> bool:
    """Take back a task whose lease ran out and count a crash; at the third it is given up.

    Returns False if the lease was renewed or the task is gone. Raises ``OperationalError`` when
    the run's row cannot be locked within two seconds.
    """
    try:
        with bounded(lock_seconds=2):
            run = advance.lock(task.run_id)
            overdue = Task.objects.filter(pk=task.pk, token=task.token, lease_until__lt=Now())
            if not overdue.exists():
                return False
            fate = _count_crash(run, task, retry.LEASE_RAN_OUT)
    except LeaseLost:
        return False
    logger.warning(
        "task_rescued",
        task=str(task.pk),
        kind=task.kind,
        job=str(task.run_id),
        video=str(run.video_id),
        worker=task.worker,
        crashes=task.crashes + 1,
        fate=fate.value,
        **({"request_id": run.request_id} if run.request_id else {}),
    )
    return True


def _give_up(run: Run, task: Task, problem: Problem, **fields: object) -> Fate:
    _move(task, Task.State.FAILED, **_reason(problem), finished_at=Now(), **fields)
    advance.set_running(run)
    code, message = problem.code, problem.message
    if not task.essential:  # the video is none the worse, so no other run is begun either
        advance.go_on(run)
        return Fate.GIVEN_UP
    if problem.remedy and begin.begin_anew(run, code=code, message=message, remedy=problem.remedy):
        return Fate.BEGUN_ANEW
    advance.fail_run(run, code=code, message=message)
    return Fate.GIVEN_UP


def _reason(problem: Problem) -> dict[str, object]:
    reason: dict[str, object] = {
        "error_code": problem.code,
        "error_message": problem.message,
    }
    if problem.argv:
        reason |= {"argv": list(problem.argv), "log_tail": problem.log}
    return reason


def _move(task: Task, state: Task.State, **fields: object) -> None:
    free: dict[str, object] = {"token": None, "lease_until": None, "waits_for": ""}
    if not _held(task).update(state=state, **{**free, **fields}):
        raise LeaseLost(f"task {task.pk} is no longer held under this token")


def _held(task: Task) -> QuerySet[Task]:
    return Task.objects.filter(pk=task.pk, token=task.token, state=Task.State.RUNNING)
