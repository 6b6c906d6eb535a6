"""Whether and when a failed task is tried again: pure decisions."""

import errno
import random
from dataclasses import dataclass
from enum import Enum

from django.db import Error as DatabaseError

from processing.ffmpeg.errors import MediaError
from processing.steps.context import SourceMissing
from processing.steps.made import ChunksDiffer, CopyUnfit
from videos.storage import StorageUnavailable

MAX_CRASHES = 3
_MAX_TRANSIENT_FAILURES = 8
_MAX_UNKNOWN_FAILURES = 2
_FIRST_DELAY = 2.0
_LONGEST_DELAY = 300.0


class Remedy(Enum):
    """What a run can do otherwise that was begun anew."""

    ENCODE = "encode what was copied"
    WHOLE = "make it in one piece"


_REMEDIES: dict[type[MediaError], Remedy] = {
    CopyUnfit: Remedy.ENCODE,
    ChunksDiffer: Remedy.WHOLE,
}


@dataclass(frozen=True)
class Problem:
    """A failure as people are told it, and how often it may be met before giving up.

    With a ``remedy`` the run is begun anew and made otherwise, if that was not tried yet.
    """

    code: str
    message: str
    tries: int
    argv: tuple[str, ...] = ()
    log: str = ""
    remedy: Remedy | None = None


WORKER_CRASHED = Problem(
    code="worker_crashed",
    message="Processing this video ended the worker three times, so it was given up.",
    tries=1,
)


def classify(error: Exception) -> Problem:
    """The stable code, the sentence and the class of an error a step raised."""
    if isinstance(error, MediaError):
        remedy = _REMEDIES.get(type(error))
        return Problem(error.code, error.message, 1, tuple(error.argv), error.log, remedy)
    if isinstance(error, SourceMissing):
        return Problem("source_missing", "The original file is gone from the storage.", 1)
    if isinstance(error, StorageUnavailable):
        return Problem(
            "storage_unavailable", "The storage does not answer.", _MAX_TRANSIENT_FAILURES
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Problem("disk_full", "The worker's disk is full.", _MAX_TRANSIENT_FAILURES)
    if isinstance(error, DatabaseError):
        return Problem(
            "database_unavailable", "The database does not answer.", _MAX_TRANSIENT_FAILURES
        )
    return Problem(
        "internal_error",
        f"Something of ours broke ({type(error).__name__}); the worker's log has the details.",
        _MAX_UNKNOWN_FAILURES,
    )


def delay(problem: Problem, *, failures: int) -> float | None:
    """Seconds until the next try after so many failures, or None to give up.

    Exponential with full jitter above half, so that many tasks do not come back at once.
    """
    if failures >= problem.tries:
        return None
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** (failures - 1))
    return longest * (0.5 + random.random() / 2)  # noqa: S311  # not a secret
