"""Limit repetition in the log: warnings and errors of one kind pass once a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable
from types import TracebackType
from typing import Any

_EVERY_SECONDS = 60.0
_MOST_KINDS = 1000
# Events that are each about something else, so they are never limited.
_EACH = ("task_", "request", "socket_", "job_", "worker_", "step_", "attempt_")
# Libraries that log an error at every try.
_LOUD = ("django", "uvicorn", "dramatiq", "channels", "redis", "asyncio", "py", "concurrent")
# Bad requests of strangers are no fault of ours, and their stack trace says nothing.
_STRANGERS = "django.security"
# A logger that announces every retry.
_RETELLING = "dramatiq.worker.ConsumerThread"
# RequestLog logs sockets itself, with more details than uvicorn and without their query.
_SOCKETS = ("connection open", "connection closed", "connection rejected", '%s - "WebSocket')


class Bounded(logging.Filter):
    """Lets the first line of each kind pass, and then one a minute, which says how many were
    dropped since (``repeated``)."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._kinds: dict[Hashable, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record should be written."""
        if _is_said_otherwise(record):
            return False
        if record.name.startswith(_STRANGERS):
            record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        kind = _kind(record)
        return kind is None or self._passes(kind, record)

    def _passes(self, kind: Hashable, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        with self._lock:
            said_at, kept_back = self._kinds.get(kind, (-_EVERY_SECONDS, 0))
            if now - said_at < _EVERY_SECONDS:
                self._kinds[kind] = (said_at, kept_back + 1)
                return False
            if len(self._kinds) >= _MOST_KINDS:
                self._kinds.clear()
            self._kinds[kind] = (now, 0)
        if kept_back and isinstance(record.msg, dict):
            record.msg["repeated"] = kept_back
        elif kept_back:
            record.msg = f"{record.msg} (and {kept_back} times before)"
        return True


def _is_said_otherwise(record: logging.LogRecord) -> bool:
    """Whether RequestLog's line about the request or the socket says the same."""
    if record.name == "django.request":
        return not record.exc_info
    opened = record.name == "uvicorn.error" and record.levelno == logging.INFO
    return opened and str(record.msg).startswith(_SOCKETS)


def _kind(record: logging.LogRecord) -> Hashable | None:
    """Return the kind of a line if a second line of that kind says nothing new; else None."""
    if record.levelno < logging.WARNING and not record.name.startswith(_RETELLING):
        return None
    if isinstance(said := record.msg, dict):
        return _kind_of_ours(said)
    name = record.name.partition("(")[0]
    if name.partition(".")[0] not in _LOUD:
        return None
    said = "" if name.startswith(_STRANGERS) else str(record.msg)[:200]
    return name, said, *_place(record.exc_info)


def _kind_of_ours(said: dict[str, Any]) -> Hashable | None:
    event = str(said.get("event", ""))
    if event.startswith(_EACH) or "reason" not in said:
        return None
    # Faults with single files or objects pass for up to five of them, by hash.
    about = hash(str(said.get("key") or said.get("name") or "")) % 5
    return event, str(said["reason"])[:200], about


def _place(info: Any) -> tuple[str, str]:
    """Return the class of an exception and the place where it was raised."""
    if not isinstance(info, tuple) or info[0] is None:
        return "", ""
    trace: TracebackType | None = info[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return info[0].__name__, where
