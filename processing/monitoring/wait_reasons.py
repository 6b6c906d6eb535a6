"""Explain why a job waits, by a pure function of its open tasks and the workers."""

from collections.abc import Sequence
from datetime import datetime

from processing.models import Task, Worker
from processing.queues import woken_for
from processing.workers.registry import ALIVE_WITHIN

State = Task.State


def reason_of(
    tasks: Sequence[Task], workers: Sequence[Worker], now: datetime, *, over_budget: bool = False
) -> str:
    """Return a text for operators. ``tasks`` are the job's open tasks, best rank first."""
    running = [task for task in tasks if task.state == State.RUNNING]
    if running:
        return ", ".join(_at_work(task, now) for task in running)
    ready = [task for task in tasks if task.state == State.READY]
    if not ready:
        return "waiting for the reconciler to continue it"
    task = ready[0]
    if task.not_before and task.not_before > now:
        if task.waits_for:
            return f"{task.kind} waits for {task.waits_for}"
        seconds = round((task.not_before - now).total_seconds())
        return f"{task.kind} will be tried again in {seconds} s: {task.error_code}"
    return _why_not_claimed(task, workers, now) or _whose_turn(task, over_budget=over_budget)


def _at_work(task: Task, now: datetime) -> str:
    said = f"{task.kind} at {task.worker}"
    if task.lease_until is not None and task.lease_until < now:
        seconds = round((now - task.lease_until).total_seconds())
        return f"{said} (no sign of life: its lease expired {seconds} s ago)"
    return f"{said}, waiting for {task.waits_for}" if task.waits_for else said


def _why_not_claimed(task: Task, workers: Sequence[Worker], now: datetime) -> str:
    queue = woken_for(task.queue)
    serving = [w for w in workers if queue in w.queues and now - w.last_seen < ALIVE_WITHIN]
    if not serving:
        return f"no worker serves the queue {queue}"
    if all(worker.waits_because for worker in serving):
        return serving[0].waits_because
    if all(worker.current_task_id for worker in serving):
        return f"all {len(serving)} workers of the queue {queue} are busy"
    return ""


def _whose_turn(task: Task, *, over_budget: bool) -> str:
    queue = woken_for(task.queue)
    if over_budget:
        return (
            f"waiting behind others in the queue {queue}, because its owner is over the day's "
            "budget"
        )
    return f"waiting its turn in the queue {queue}, or for other tasks of its owner to finish"
