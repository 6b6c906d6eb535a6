"""Make one attempt at a claimed task: keep its lease, make its folder, run its step, end it."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from structlog.contextvars import bound_contextvars

from processing.ffmpeg.errors import Interrupted, MediaError
from processing.models import Task
from processing.pipeline import finish, hooks, retry
from processing.pipeline.attempt import delete_stale_outputs
from processing.pipeline.hooks import Ending, How
from processing.pipeline.lease import Lease, LeaseLost
from processing.pipeline.retry import Blame, Problem
from processing.pipeline.retrying import retry_on_database_error
from processing.pipeline.time_limit import Clock, seconds_for
from processing.steps import STEPS, tools
from processing.steps.context import (
    NotYet,
    Outcome,
    PlanOutdated,
    SourceMissing,
    TaskContext,
    TaskTimedOut,
)
from processing.workers import readiness
from processing.workers.registry import current_worker

logger = structlog.get_logger(__name__)

T = TypeVar("T")

LOST, STOPPING, TIMED_OUT = "lost", "stopping", "timed out"


class WorkFolderUnusable(MediaError):
    """Raised when a worker cannot make its work folder, which is a fault of the worker."""

    code = "work_folder_unusable"
    message = "The worker's folder for temporary files cannot be used."


def perform(task: Task) -> None:
    """Perform a claimed task and end it, whatever happens. Raises nothing."""
    began = time.monotonic()
    with bound_contextvars(**hooks.names_of(task)):
        hooks.before(task)
        try:
            ending = _Attempt(task).end()
        except Exception as error:
            logger.exception("attempt_broke")
            ending = _settle(task, retry.classify(error))
        hooks.after(task, replace(ending, seconds=time.monotonic() - began))


class _Attempt:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._clock = Clock(seconds_for(task))
        self._lease = Lease(task, is_hopeless=self._is_ignored, give_up=self._give_up)

    def end(self) -> Ending:
        """Run the task's step, store the result, and return how the attempt ended."""
        task = self._task
        with self._lease:
            try:
                outcome = self._run()
                _insist(lambda: finish.finish(task, outcome))
            except LeaseLost:
                return _lost(task)
            except Interrupted as stop:
                return self._interrupted(stop)
            except NotYet as wait:
                return _put_off(task, wait)
            except Exception as error:
                return _failed(task, error)
        return Ending(How.DONE, outcome=outcome)

    def _run(self) -> Outcome:
        task, step = self._task, STEPS[self._task.kind]
        if task.version < step.oldest_version:
            raise PlanOutdated
        if step.needs_source and task.run.source is None:
            raise SourceMissing
        with _folder(task) as folder, ExitStack() as held:
            return step.run(
                TaskContext(
                    task=task,
                    run=task.run,
                    stored=task.run.source,
                    folder=folder,
                    ffmpeg=tools.ffmpeg(),
                    report=self._lease.report,
                    should_stop=self._should_stop,
                    waits_for=self._waits_for,
                    held=held,
                    insist=self._retry_on_database_error,
                )
            )

    def _should_stop(self) -> str | None:
        if self._lease.lost:
            return LOST
        if current_worker.stopping:
            return STOPPING
        return TIMED_OUT if self._clock.is_over else None

    def _retry_on_database_error(self, call: Callable[[], None]) -> None:
        retry_on_database_error(call, given_up=lambda: self._should_stop() is not None)

    def _waits_for(self, what: str) -> None:
        self._clock.pause(bool(what))
        self._lease.waits_for(what)

    def _interrupted(self, stop: Interrupted) -> Ending:
        """End an interrupted attempt: lost, failed at its time limit, or released by the worker."""
        if self._lease.lost:
            return _lost(self._task)
        if stop.reason == TIMED_OUT:
            return _failed(self._task, TaskTimedOut(argv=stop.argv, log=stop.log))
        return _release(self._task)

    def _is_ignored(self) -> bool:
        return self._clock.is_ignored

    def _give_up(self) -> None:
        """Fail the task of a step that neither ends nor stops, and end this process.

        A thread cannot be ended alone.
        """
        logger.error("step_does_not_stop", task=str(self._task.pk), kind=self._task.kind)
        _settle(self._task, retry.classify(TaskTimedOut()))
        current_worker.end_process()


def _failed(task: Task, error: Exception) -> Ending:
    problem = retry.classify(error)
    if problem.code == "internal_error":
        if _is_superseded(task):  # what the step worked on may be gone with its job
            return _lost(task)
        logger.error("step_broke", task=str(task.pk), kind=task.kind, exc_info=error)
    if problem.blame is Blame.WORKER:
        readiness.doubt(problem.code)
    if problem.blame is Blame.OUTAGE and problem.code == "storage_unavailable":
        readiness.storage.trip()
    return _settle(task, problem)


def _settle(task: Task, problem: Problem) -> Ending:
    """Store a failure and return the ending.

    If the problem cannot be stored, a plain internal error is stored instead. If that fails too,
    the task is rescued when its lease has run out.
    """
    plain = retry.classify(RuntimeError())
    for told in (problem, plain):
        try:
            fate = _insist(partial(finish.fail, task, told))
        except LeaseLost:
            return _lost(task)
        except Exception:
            logger.exception("failure_not_stored", task=str(task.pk), error_code=told.code)
            connection.close()
        else:
            return Ending(How.FAILED, problem=told, fate=fate)
    return Ending(How.LOST, problem=problem)


def _is_superseded(task: Task) -> bool:
    """Whether the task was canceled, taken back or deleted; False if the database cannot tell."""
    try:
        return not finish.is_held(task)
    except DatabaseError:
        connection.close()
        return False


def _put_off(task: Task, wait: NotYet) -> Ending:
    return _let_go(task, lambda: finish.put_off(task, wait))


def _release(task: Task) -> Ending:
    return _let_go(task, lambda: finish.release_task(task))


def _let_go(task: Task, release: Callable[[], None]) -> Ending:
    try:
        _insist(release)
    except LeaseLost:
        return _lost(task)
    return Ending(How.RELEASED)


def _lost(task: Task) -> Ending:
    delete_stale_outputs(task)
    return Ending(How.LOST)


def _insist(end: Callable[[], T]) -> T:
    return retry_on_database_error(end, given_up=lambda: current_worker.stopping)


@contextmanager
def _folder(task: Task) -> Iterator[Path]:
    """Make an empty folder for this attempt alone, and delete it afterwards."""
    folder: Path = settings.WORK_DIR / str(task.token)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise WorkFolderUnusable from error
    try:
        yield folder
    except MediaError as error:
        if not folder.is_dir():  # somebody removed it, so the error is not the video's fault
            raise WorkFolderUnusable(argv=error.argv, log=error.log) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
