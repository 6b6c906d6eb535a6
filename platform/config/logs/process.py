"""The log of a process: set up before the process does anything else."""

from __future__ import annotations

import atexit
import json
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog

from config import env

Role = Literal["web", "worker", "reconciler", "command"]

_role: Role = "command"
# The beginning of our own lines.
_OURS = '{"ecs.version": '


def role() -> Role:
    """Return the role of this process."""
    return _role


def begin(which: Role) -> None:
    """Set the role of this process. If the log format is JSON, also turn everything else written to
    standard error into JSON, and exceptions that end a thread or the process."""
    global _role  # noqa: PLW0603  # a process is one thing
    _role = which
    if env.log_format() != "json" or isinstance(sys.stderr, JsonLines):
        return
    sys.excepthook = _told(sys.__excepthook__)
    threading.excepthook = _tell_of_thread
    sys.unraisablehook = _tell_of_unraisable
    sys.stderr = lines = JsonLines(sys.stderr)
    atexit.register(lines.end)


def now() -> str:
    """Return the current time in the format of log lines."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class JsonLines:
    """A stream that turns lines of plain text into JSON and leaves our own lines unchanged."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rest = ""
        # The same thread may enter twice, since a signal handler writes too.
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        """Take text and write each line once it is complete."""
        with self._lock:
            if self._rest and text.startswith(_OURS):
                # Another writer's unfinished line is not part of ours.
                self._rest += "\n"
            *lines, self._rest = (self._rest + text).split("\n")
            whole = "".join(f"{_as_json(line)}\n" for line in lines if line.strip())
            if whole:
                self._stream.write(whole)
        return len(text)

    def flush(self) -> None:
        """Flush the complete lines."""
        self._stream.flush()

    def end(self) -> None:
        """Write an unfinished last line; called when the process ends."""
        with self._lock:
            if self._rest.strip():
                self.write("\n")
            self.flush()

    def writelines(self, lines: list[str]) -> None:
        """Write all lines."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _as_json(line: str) -> str:
    from config.logs import ecs, privacy  # noqa: PLC0415  # it imports this module

    if line.startswith("{") and line.endswith("}") and _is_line(line):
        return line
    return json.dumps(privacy.hide_secrets(None, "", ecs.plain(line.rstrip(), "warning")))


def _is_line(text: str) -> bool:
    """Whether the text is a JSON object with the fields of our lines, not merely similar to one."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return "message" in found and all(map(_fits, found, found.values()))


def _fits(name: str, value: object) -> bool:
    from config.logs.fields import FIELDS  # noqa: PLC0415  # not before all else is read

    if name not in FIELDS and not name.startswith("labels."):
        return False
    return isinstance(value, int if FIELDS.get(name) == "long" else str)


def _told(otherwise: Callable[..., None]) -> Callable[..., None]:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            otherwise(kind, error, trace)
            return
        logger = structlog.get_logger(__name__)
        logger.critical("process_broke", exc_info=(kind, error, trace))

    return hook


def _tell_of_thread(thrown: threading.ExceptHookArgs) -> None:
    if thrown.exc_value is not None and not isinstance(thrown.exc_value, SystemExit):
        name = thrown.thread.name if thrown.thread else "?"
        logger = structlog.get_logger(__name__)
        logger.critical("thread_broke", thread=name, exc_info=thrown.exc_value)


def _tell_of_unraisable(thrown: Any) -> None:
    """Log an exception that was raised where nobody can catch it, as in a finalizer."""
    if thrown.exc_value is not None:
        logger = structlog.get_logger(__name__)
        logger.error("exception_ignored", said=thrown.err_msg, exc_info=thrown.exc_value)
