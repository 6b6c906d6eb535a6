"""What a process does about its log before it does anything else."""

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
# What our own lines begin with.
_OURS = '{"ecs.version": '


def role() -> Role:
    """What this process is for."""
    return _role


def begin(which: Role) -> None:
    """Say what this process is for. Where lines are JSON, whatever is written to standard error
    besides is made JSON too, and so is the end of a thread or of the process by an exception."""
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
    """This moment, as every line has it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class JsonLines:
    """A stream on which words become lines of JSON, and our own lines stay what they are."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rest = ""
        # One thread may come twice: a handler of a signal writes too.
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        """Keep the text until its line is over."""
        with self._lock:
            if self._rest and text.startswith(_OURS):
                # What somebody else has half written is no part of it.
                self._rest += "\n"
            *lines, self._rest = (self._rest + text).split("\n")
            whole = "".join(f"{_as_json(line)}\n" for line in lines if line.strip())
            if whole:
                self._stream.write(whole)
        return len(text)

    def flush(self) -> None:
        """Hand on what is whole."""
        self._stream.flush()

    def end(self) -> None:
        """Nothing more comes: a line that was never ended is one too."""
        with self._lock:
            if self._rest.strip():
                self.write("\n")
            self.flush()

    def writelines(self, lines: list[str]) -> None:
        """All of them."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _as_json(line: str) -> str:
    from config.logs import ecs, privacy  # noqa: PLC0415  # which tells of this process's role

    if line.startswith("{") and line.endswith("}") and _is_line(line):
        return line
    return json.dumps(privacy.hide_secrets(None, "", ecs.plain(line.rstrip(), "warning")))


def _is_line(text: str) -> bool:
    """Whether it is an object of the fields that lines have, not what merely looks like one."""
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
    """What was raised where nobody can catch it, as in a finalizer."""
    if thrown.exc_value is not None:
        logger = structlog.get_logger(__name__)
        logger.error("exception_ignored", said=thrown.err_msg, exc_info=thrown.exc_value)
