"""Decide whether, when and where a failed task is tried again. All functions are pure."""

import errno
import random
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.db import Error as DatabaseError

from processing.ffmpeg.errors import MediaError, ProcessKilled, RoomDoubtful
from processing.pipeline.retrying import is_outage
from processing.steps.chunk_validation import ChunksDiffer, CopyUnfit
from processing.steps.context import PlanOutdated, SourceMissing
from videos import duplicates
from videos.arrivals import UploadOver
from videos.duplicates import Duplicate
from videos.fetching.errors import FetchFailed
from videos.quotas import QuotaExceeded
from videos.storage import StorageUnavailable

MAX_CRASHES = 3
BLAMELESS_FOR = timedelta(days=1)
"""How long a task is handed back after failures that are not its fault. After that it is given up,
and people are told."""
_MAX_UNKNOWN_FAILURES = 2
_DOUBTFUL_TRIES = 3
_FIRST_DELAY = 2.0
_LONGEST_DELAY = 300.0
_RELEASE_DELAY = 10.0
# Error codes for faults of the worker's own machine, not of the video.
_FAULTS = {"ffmpeg_missing", "sandbox_unavailable", "disk_full", "work_folder_unusable"}
_UNUSABLE = {errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM, errno.ESTALE, errno.ENODEV}
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.EAGAIN}


class Remedy(Enum):
    """What a run that is begun anew does differently from the one before."""

    ENCODE = "encode what was copied"
    WHOLE = "make it in one piece"
    REPLAN = "plan it as this version does"


_REMEDIES: dict[type[MediaError], Remedy] = {
    CopyUnfit: Remedy.ENCODE,
    ChunksDiffer: Remedy.WHOLE,
    PlanOutdated: Remedy.REPLAN,
}


class Blame(Enum):
    """What caused a failure. Only failures with the blame ``TASK`` count as the task's own."""

    TASK = "task"
    CRASH = "crash"
    WORKER = "worker"
    OUTAGE = "outage"


class Fate(Enum):
    """What becomes of a failed task."""

    RETRIED = "retried"
    HANDED_BACK = "handed_back"
    BEGUN_ANEW = "begun_anew"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Problem:
    """A failure as people are told it; the task is given up after ``tries`` of them.

    With a ``remedy`` the run is begun anew in another way, if that was not tried yet. A failure
    with the blame ``WORKER`` or ``OUTAGE`` is not counted: the task is handed back. A ``CRASH`` is
    counted separately. ``memory`` says that there was not enough memory.
    """

    code: str
    message: str
    tries: int
    argv: tuple[str, ...] = ()
    log: str = ""
    remedy: Remedy | None = None
    blame: Blame = Blame.TASK
    memory: bool = False


LEASE_RAN_OUT = Problem(
    code="worker_crashed",
    message="The worker crashed or lost its connection while it processed this video.",
    tries=1,
    blame=Blame.CRASH,
)


def worker_crashed(last: Problem) -> Problem:
    """Return the problem of a task that crashed its worker, or its program, three times."""
    why = "; the last time there was not enough memory" if last.memory else ""
    message = f"The worker crashed three times while processing this video{why}."
    return Problem("worker_crashed", message, 1, last.argv, last.log)


def classify(error: Exception) -> Problem:
    """Return the problem for an error that a step raised, with its stable code and message."""
    if isinstance(error, MediaError):
        return _of_media(error)
    if (found := _of_source(error)) is not None:
        return found
    if isinstance(error, StorageUnavailable):
        return Problem(
            "storage_unavailable", "The storage is not responding.", 1, blame=Blame.OUTAGE
        )
    if (found := _of_machine(error)) is not None:
        return found
    if isinstance(error, DatabaseError) and is_outage(error):
        return Problem(
            "database_unavailable", "The database is not responding.", 1, blame=Blame.OUTAGE
        )
    # The database would refuse the same row again, after another encode.
    tries = 1 if isinstance(error, DatabaseError) else _MAX_UNKNOWN_FAILURES
    message = f"Internal error ({type(error).__name__}); the worker's log has the details."
    return Problem("internal_error", message, tries)


def _of_source(error: Exception) -> Problem | None:
    """Return the problem for a source that did not arrive, is not wanted, or is gone, else None."""
    if isinstance(error, FetchFailed):
        return Problem(error.code, error.message, error.tries)
    if isinstance(error, Duplicate):
        return Problem(duplicates.CODE, duplicates.MESSAGE, 1)
    if isinstance(error, QuotaExceeded):
        return Problem(error.code, error.message, 1)
    if isinstance(error, SourceMissing | UploadOver):
        return Problem("source_missing", "The original file is missing from the storage.", 1)
    return None


def _of_machine(error: Exception) -> Problem | None:
    """Return the problem for an operating system error on the worker's own files, else None.

    Errors of a storage do not come here, since storages translate theirs.
    """
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return _of_media(ProcessKilled(memory=True))
    if not isinstance(error, OSError):
        return None
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem("disk_full", "The worker's disk is full.", 1, blame=Blame.WORKER)
    if error.errno in _UNUSABLE:
        message = "The worker's folder for temporary files cannot be used."
        return Problem("work_folder_unusable", message, 1, blame=Blame.WORKER)
    if error.errno in _EXHAUSTED:
        message = "The worker's machine does not allow any more open files or processes."
        return Problem("worker_exhausted", message, 1, blame=Blame.WORKER)
    return None


def _of_media(error: MediaError) -> Problem:
    blame, memory = Blame.TASK, False
    if isinstance(error, ProcessKilled):
        blame, memory = Blame.CRASH, error.memory
    elif error.code in _FAULTS:
        blame = Blame.WORKER
    return Problem(
        error.code,
        error.message,
        _DOUBTFUL_TRIES if isinstance(error, RoomDoubtful) else 1,
        tuple(error.argv),
        error.log,
        remedy=_REMEDIES.get(type(error)),
        blame=blame,
        memory=memory,
    )


def delay(problem: Problem, *, failures: int) -> float | None:
    """Return the seconds until the next try after ``failures`` failures, or None to give up.

    The delay grows exponentially. Jitter shortens it by up to half, so that many tasks do not come
    back at once.
    """
    if failures >= problem.tries:
        return None
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** (failures - 1))
    return longest * _jitter()


def release_delay() -> float:
    """Return the seconds until a task is tried again that was handed back through no own fault."""
    return _RELEASE_DELAY * _jitter()


def _jitter() -> float:
    return 0.5 + random.random() / 2  # noqa: S311  # not a secret
