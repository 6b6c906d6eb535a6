"""When a failure is tried again."""

import errno

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.errors import ProcessFailed
from processing.pipeline import retry
from processing.steps.context import SourceMissing
from videos.storage import StorageUnavailable


@pytest.mark.parametrize(
    ("error", "code", "again"),
    [
        (ProcessFailed(), "encode_failed", False),
        (SourceMissing(), "source_missing", False),
        (StorageUnavailable("down"), "storage_unavailable", True),
        (OSError(errno.ENOSPC, "full"), "disk_full", True),
        (OperationalError("gone"), "database_unavailable", True),
        (RuntimeError("a bug of ours"), "internal_error", True),
    ],
)
def test_errors_are_permanent_or_worth_another_try(
    error: Exception, code: str, again: bool
) -> None:
    problem = retry.classify(error)
    assert problem.code == code
    assert (retry.delay(problem, failures=1) is not None) == again


def test_what_people_are_told_does_not_repeat_our_bugs_words() -> None:
    assert "secret" not in retry.classify(RuntimeError("secret path")).message


@given(failures=st.integers(1, 7))
def test_delays_grow_and_stay_bounded(failures: int) -> None:
    problem = retry.classify(StorageUnavailable("down"))
    delay = retry.delay(problem, failures=failures)
    assert delay is not None
    assert 0.5 * min(300, 2**failures) <= delay <= min(300, 2**failures)


def test_a_transient_problem_is_given_up_in_the_end() -> None:
    assert retry.delay(retry.classify(StorageUnavailable("down")), failures=8) is None
