"""The work of a woken worker: claim, perform and finish tasks until its queue is empty."""

import time
from uuid import uuid4

import structlog

from processing.models import Task
from processing.pipeline import perform, wake
from processing.pipeline.claim import Allowance, claim
from processing.pipeline.doubtful_claims import doubtful_claims
from processing.workers import readiness
from processing.workers.machine import this_machine
from processing.workers.registry import current_worker
from processing.workers.slots import slots

logger = structlog.get_logger(__name__)

# After this time ``drain`` gives the thread to other queues of its process.
_TURN_SECONDS = 5.0


def drain(queue: str) -> None:
    """Perform the queue's tasks until none is due or the worker must stop or wait.

    After ``_TURN_SECONDS`` it also returns if the process serves other queues, and wakes its own
    queue again.
    """
    end = time.monotonic() + _TURN_SECONDS
    with current_worker.at_work() as show:
        while task := _next(queue):
            try:
                show(task)
                work_on(task)
            finally:
                slots.give_back(task)
            if (
                time.monotonic() > end
                and current_worker.serves_more_than(queue)
                and wake.now(queue)
            ):
                return


def work_on(task: Task) -> None:
    """Perform one claimed task and end it, whatever happens. Raises nothing."""
    perform.perform(task)


def _next(queue: str) -> Task | None:
    """Claim the next task that this process's slots allow; return None if there is none now."""
    token = uuid4()
    try:
        if current_worker.stopping or readiness.why_not():
            return None
        doubtful_claims.release()
        with slots.claiming:
            task = claim(queue, worker=current_worker.name, token=token, within=_allowance())
            if task is not None:
                slots.take(task)
            return task
    except Exception as error:
        # The reconciler wakes the queue again, for instance when the database is back.
        doubtful_claims.add(token)
        logger.warning("nothing_claimed", queue=queue, reason=type(error).__name__)
        return None


def _allowance() -> Allowance:
    return Allowance(
        kinds=slots.kinds(),
        full_owners=slots.full_owners(),
        machine=this_machine(),
        others_alive=current_worker.others_alive,
    )
