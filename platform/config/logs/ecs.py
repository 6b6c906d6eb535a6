"""Turn log entries, our own or a library's, into lines of the Elastic Common Schema."""

from __future__ import annotations

import os
import socket
import sys
import traceback
from types import TracebackType
from typing import Any

from structlog.typing import EventDict

from config.logs import process
from config.logs.fields import NAMES, label, typed, words_of
from config.version import VERSION

_VERSION = "8.17"
_HOST = socket.gethostname()
_NANOSECONDS = 1_000_000_000
# Messages for people, for events whose name alone would say little.
_SENTENCES = {
    "request": "{method} {path} {status}",
    "socket_opened": "WebSocket {path} opened",
    "socket_closed": "WebSocket {path} closed with {code}",
}

Fault = tuple[type[BaseException], BaseException, TracebackType | None]


def to_ecs(_: object, __: str, event: EventDict) -> EventDict:
    """Convert an event to ECS fields; a structlog processor that runs before the renderer."""
    ours = bool(event.pop("_from_structlog", False))
    event.pop("_record", None)
    said = str(event.pop("event", ""))
    fault = _fault(event.pop("exc_info", None))
    line: dict[str, Any] = {}
    if ours:
        line["event.action"] = typed("event.action", said)
    line["message"] = typed("message", _sentence(said, event) if ours else said)
    for name, value in event.items():
        _put(line, name, value)
    if fault is not None:
        _tell(line, fault)
    return {**_common(), **{name: line[name] for name in sorted(line)}}


def plain(message: str, level: str) -> dict[str, Any]:
    """Return the line for a text that came from no logger."""
    line = {"log.level": level, "log.logger": "stderr", "message": typed("message", message)}
    return {"@timestamp": process.now(), **_common(), **line}


def _common() -> dict[str, Any]:
    return {
        "ecs.version": _VERSION,
        "service.name": "vodloom",
        "service.version": VERSION,
        "event.dataset": f"vodloom.{process.role()}",
        "host.name": _HOST,
        "process.pid": os.getpid(),
    }


def _put(line: dict[str, Any], name: str, value: object) -> None:
    """Add a value to the line: under its field if it has one and fits its type, else as a label."""
    if value is None or value == "":
        return
    field = NAMES.get(name)
    if name == "seconds" and isinstance(value, int | float):
        field, value = "event.duration", value * _NANOSECONDS
    elif name == "reason":
        # A reason is the name of an error's class, or a sentence.
        field = "error.type" if words_of(value).isidentifier() else "error.message"
    fitting = typed(field, value) if field else None
    if field is not None and fitting is not None:
        line[field] = fitting
    else:
        line[label(name)] = typed(label(name), value)


def _sentence(said: str, event: EventDict) -> str:
    template = _SENTENCES.get(said)
    if template is not None:
        return template.format_map(_Blank(event))
    words = said.replace("_", " ")
    if said.startswith("task_") and "kind" in event:
        words = f"{event['kind']} {event.get('number', '')}: {words}"
    detail = event.get("error_code") or event.get("reason") or ""
    return f"{words}: {words_of(detail)}" if detail else words


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "-"


def _fault(info: object) -> Fault | None:
    """Return the exception of a line from any of the forms that ``exc_info`` may have."""
    if isinstance(info, BaseException):
        return type(info), info, info.__traceback__
    found = info if isinstance(info, tuple) else sys.exc_info() if info else None
    if found is None or len(found) != 3 or found[0] is None or found[1] is None:
        return None
    return found[0], found[1], found[2]


def _tell(line: dict[str, Any], fault: Fault) -> None:
    kind, error, trace = fault
    line.setdefault("error.type", kind.__name__)
    line.setdefault("error.message", typed("error.message", str(error)))
    text = "".join(traceback.format_exception(kind, error, trace))
    line["error.stack_trace"] = typed("error.stack_trace", text)
