"""Work in threads that outlives the test that began it.

A whole upload is completed in a thread after the answer, and a call for a disconnected client runs
to its end. Such work must not meet the deletion of the test's rows, or the rows of the next test.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest

_SECONDS = 5.0

_running: set[Future[Any]] = set()
_submit = ThreadPoolExecutor.submit


def _noting(pool: ThreadPoolExecutor, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
    future = _submit(pool, function, *args, **kwargs)
    _running.add(future)
    future.add_done_callback(_running.discard)
    return future


def pytest_configure() -> None:
    """Note what every pool of threads is given from now on."""
    ThreadPoolExecutor.submit = _noting  # type: ignore[assignment,method-assign]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Wait for what still runs; what waits for the end of the test itself is waited for once."""
    _running.difference_update(wait(tuple(_running), timeout=_SECONDS).not_done)
