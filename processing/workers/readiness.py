"""Whether this process may take work just now, and if not, why: shown in the list of workers.

A worker that broke tasks by a fault of its own checks itself before it takes another; one whose
storage does not answer takes none that would only wait.
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
    """What this worker may have wrong, until a check finds nothing."""

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
    """What was found last."""

    reason = ""


def why_not() -> str:
    """The sentence that says why no task is taken now; empty when one may be. May take minutes
    when something is wrong, and frees disk space when there is too little."""
    _Said.reason = _look()
    return _Said.reason


def last_reason() -> str:
    """What ``why_not`` said last, without looking again."""
    return _Said.reason


def _look() -> str:
    # Dropping sources may not help: work may be done on another disk than they lie on.
    if not disk_has_room() and not (sources.free_disk_space() and disk_has_room()):
        return DISK_FULL
    return _doubt.reason() or storage.why_open()
