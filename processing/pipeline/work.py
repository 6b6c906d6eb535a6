"""What a woken worker does: claim, work, finish, until its queue is empty."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from processing.ffmpeg.errors import Interrupted
from processing.models import Task
from processing.pipeline import attempt, finish, retry
from processing.pipeline.claim import claim
from processing.pipeline.lease import Lease, LeaseLost
from processing.pipeline.patience import insist
from processing.steps import STEPS
from processing.steps.context import SourceMissing, TaskContext
from processing.workers.presence import here

logger = structlog.get_logger(__name__)


def drain(queue: str) -> None:
    """Work on the queue's tasks until none is due or the worker is to stop."""
    with here.at_work() as show:
        while task := _next(queue):
            show(task)
            work_on(task)


def _next(queue: str) -> Task | None:
    if here.stopping or not here.has_room():
        return None
    try:
        return claim(queue, worker=here.name)
    except DatabaseError as error:
        # The reconciler wakes the queue again when the database is back.
        logger.warning("nothing_claimed", queue=queue, reason=type(error).__name__)
        return None


def work_on(task: Task) -> None:
    """Do one claimed task and end it, whatever happens."""
    log = logger.bind(task=str(task.pk), kind=task.kind, video=str(task.run.video_id))
    with Lease(task) as lease, _folder(task) as folder:
        try:
            outcome = STEPS[task.kind].run(_context(task, lease, folder))
            _insist(lambda: finish.finish(task, outcome))
        except LeaseLost:
            log.info("task_lost")
            attempt.forget(task)
        except Interrupted:
            _put_down(task, lease)
        except Exception as error:
            problem = retry.classify(error)
            log.warning("task_failed", code=problem.code, exc_info=problem.tries > 1)
            _fail(task, problem)


def _context(task: Task, lease: Lease, folder: Path) -> TaskContext:
    def should_stop() -> str | None:
        if lease.lost:
            return "lost"
        return "stopping" if here.stopping else None

    source = task.run.source
    if source is None:
        raise SourceMissing
    return TaskContext(
        task=task,
        run=task.run,
        source=source,
        folder=folder,
        report=lease.report,
        should_stop=should_stop,
    )


def _put_down(task: Task, lease: Lease) -> None:
    """Hand the task back when the worker stops; a canceled one is nobody's any more."""
    if lease.lost:
        attempt.forget(task)
        return
    try:
        _insist(lambda: finish.hand_back(task))
    except LeaseLost:
        logger.info("task_lost", task=str(task.pk))


def _fail(task: Task, problem: retry.Problem) -> None:
    try:
        _insist(lambda: finish.fail(task, problem))
    except LeaseLost:
        logger.info("task_lost", task=str(task.pk))


def _insist(end: Callable[[], None]) -> None:
    insist(end, given_up=lambda: here.stopping)


@contextmanager
def _folder(task: Task) -> Iterator[Path]:
    """An empty folder of this attempt's own, gone afterwards."""
    folder: Path = settings.WORK_DIR / str(task.token)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
