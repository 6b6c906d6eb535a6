"""When a failure is tried again."""

import errno

import pytest
from django.db import DataError, IntegrityError, InternalError, OperationalError, ProgrammingError
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.errors import (
    DiskFull,
    ProcessFailed,
    ProcessKilled,
    RoomDoubtful,
    ToolMissing,
)
from processing.pipeline import retry
from processing.pipeline.retry import Blame, Problem
from processing.steps.context import SourceMissing
from processing.tests.attempts import read_only
from videos.storage import StorageUnavailable


@pytest.mark.parametrize(
    ("error", "code", "again"),
    [
        (ProcessFailed(), "process_failed", False),
        (SourceMissing(), "source_missing", False),
        (RuntimeError("a bug of ours"), "internal_error", True),
        (DataError("value too long for type character varying(16)"), "internal_error", False),
        (IntegrityError("violates check constraint"), "internal_error", False),
        (ProgrammingError("no such column"), "internal_error", False),
    ],
)
def test_errors_are_permanent_or_worth_another_try(
    error: Exception, code: str, again: bool
) -> None:
    problem = retry.classify(error)
    assert problem.code == code
    assert (retry.delay(problem, failures=1) is not None) == again


@pytest.mark.parametrize(
    ("error", "code", "blame"),
    [
        (StorageUnavailable("down"), "storage_unavailable", Blame.OUTAGE),
        (OperationalError("gone"), "database_unavailable", Blame.OUTAGE),
        (read_only(), "database_unavailable", Blame.OUTAGE),
        (OSError(errno.ENOSPC, "full"), "disk_full", Blame.WORKER),
        (OSError(errno.EROFS, "read-only"), "work_folder_unusable", Blame.WORKER),
        (OSError(errno.EIO, "broken disk"), "work_folder_unusable", Blame.WORKER),
        (PermissionError(errno.EACCES, "another user's"), "work_folder_unusable", Blame.WORKER),
        (OSError(errno.EMFILE, "too many open files"), "worker_exhausted", Blame.WORKER),
        (BlockingIOError(errno.EAGAIN, "no more processes"), "worker_exhausted", Blame.WORKER),
        (OSError(errno.ENOMEM, "fork"), "process_killed", Blame.CRASH),
        (MemoryError(), "process_killed", Blame.CRASH),
        (FileNotFoundError(errno.ENOENT, "a bug of ours"), "internal_error", Blame.TASK),
        (DiskFull(), "disk_full", Blame.WORKER),
        (ToolMissing(), "ffmpeg_missing", Blame.WORKER),
        (ToolMissing(code="sandbox_unavailable"), "sandbox_unavailable", Blame.WORKER),
        (ProcessKilled(9), "process_killed", Blame.CRASH),
        (ProcessFailed(), "process_failed", Blame.TASK),
        (RoomDoubtful(), "process_failed", Blame.TASK),
        (InternalError("index corrupted"), "internal_error", Blame.TASK),
    ],
)
def test_only_the_tasks_own_failures_are_counted_against_it(
    error: Exception, code: str, blame: Blame
) -> None:
    problem = retry.classify(error)
    assert (problem.code, problem.blame) == (code, blame)


def test_what_people_are_told_does_not_repeat_our_bugs_words() -> None:
    assert "secret" not in retry.classify(RuntimeError("secret path")).message


@given(failures=st.integers(1, 7))
def test_delays_grow_and_stay_bounded(failures: int) -> None:
    problem = Problem("slow", "It is slow.", tries=8)
    delay = retry.delay(problem, failures=failures)
    assert delay is not None
    assert 0.5 * min(300, 2**failures) <= delay <= min(300, 2**failures)


def test_a_transient_problem_is_given_up_in_the_end() -> None:
    assert retry.delay(Problem("slow", "It is slow.", tries=8), failures=8) is None
