"""Decide whether this process may take tasks now, and if not, why. The list of workers shows it.

A worker that failed tasks through its own fault checks itself before it takes another. A worker
whose storage does not answer takes no tasks, since they would only wait.
"""

import threading
import time

import structlog

from processing.steps import sources
from processing.workers import self_check
from processing.workers.breaker import storage
from processing.workers.registry import DISK_FULL, disk_has_room

__all__ = ["doubt", "last_reason", "storage", "why_not"]

logger = structlog.get_logger(__name__)

_CHECKED_EVERY_SECONDS = 10.0


class _Doubt:
    """A suspected fault of this worker, kept until a check finds no fault."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reason = ""
        self._check_at = 0.0

    def begin(self, code: str) -> None:
        logger.warning("worker_doubts_itself", error_code=code)
        with self._lock:
            self._reason = f"It checks itself after {code}."
            self._check_at = 0.0

    def reason(self) -> str:
        if not self._reason:
            return ""
        with self._lock:
            if self._reason and time.monotonic() >= self._check_at:
                self._reason = " ".join(self_check.faults())
                self._check_at = time.monotonic() + _CHECKED_EVERY_SECONDS
            return self._reason


_doubt = _Doubt()
doubt = _doubt.begin


class _Said:
    """The last result of ``why_not``."""

    reason = ""


def why_not() -> str:
    """Return the sentence that says why no task is taken now, empty when one may be taken.

    It frees disk space when there is too little. It may take minutes when something is wrong.
    """
    _Said.reason = _look()
    return _Said.reason


def last_reason() -> str:
    """Return the last result of ``why_not`` without checking again."""
    return _Said.reason


def _look() -> str:
    # Deleting cached sources may not help, since the work folder may be on another disk.
    if not disk_has_room() and not (sources.free_disk_space() and disk_has_room()):
        return DISK_FULL
    return _doubt.reason() or storage.why_open()
