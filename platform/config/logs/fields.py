"""The fields a log line may have, each with one type, and the short names that the code uses.

Elasticsearch takes a field's type from the first line that has the field, and refuses every line
with another type. So every value that has no entry in these tables goes to ``labels`` as text.
"""

import ipaddress
import math
import re
from typing import Literal

Type = Literal["keyword", "text", "long", "date", "ip"]

FIELDS: dict[str, Type] = {
    "@timestamp": "date",
    "ecs.version": "keyword",
    "log.level": "keyword",
    "log.logger": "keyword",
    "message": "text",
    "service.name": "keyword",
    "service.version": "keyword",
    "event.dataset": "keyword",
    "host.name": "keyword",
    "process.pid": "long",
    "event.action": "keyword",
    "event.duration": "long",
    "event.outcome": "keyword",
    "http.request.id": "keyword",
    "http.request.method": "keyword",
    "http.response.status_code": "long",
    "http.response.body.bytes": "long",
    "url.path": "keyword",
    "client.ip": "ip",
    "user.id": "keyword",
    "user_agent.original": "keyword",
    "error.type": "keyword",
    "error.code": "keyword",
    "error.message": "text",
    "error.stack_trace": "text",
    "vodloom.video.id": "keyword",
    "vodloom.job.id": "keyword",
    "vodloom.task.id": "keyword",
    "vodloom.task.kind": "keyword",
    "vodloom.task.number": "long",
    "vodloom.task.attempt": "long",
    "vodloom.task.crashes": "long",
    "vodloom.worker": "keyword",
    "vodloom.queues": "keyword",
    "vodloom.duty": "keyword",
    "vodloom.count": "long",
    "vodloom.failures": "long",
    "vodloom.repeated": "long",
    "vodloom.storage": "keyword",
    "vodloom.object": "keyword",
    "vodloom.socket.code": "long",
}

NAMES: dict[str, str] = {
    "timestamp": "@timestamp",
    "level": "log.level",
    "logger": "log.logger",
    "message": "message",
    "outcome": "event.outcome",
    "request_id": "http.request.id",
    "method": "http.request.method",
    "status": "http.response.status_code",
    "bytes": "http.response.body.bytes",
    "path": "url.path",
    "ip": "client.ip",
    "user": "user.id",
    "agent": "user_agent.original",
    "error_code": "error.code",
    "error_message": "error.message",
    "video": "vodloom.video.id",
    "job": "vodloom.job.id",
    "task": "vodloom.task.id",
    "kind": "vodloom.task.kind",
    "number": "vodloom.task.number",
    "attempt": "vodloom.task.attempt",
    "crashes": "vodloom.task.crashes",
    "worker": "vodloom.worker",
    "queue": "vodloom.queues",
    "queues": "vodloom.queues",
    "duty": "vodloom.duty",
    "count": "vodloom.count",
    "objects": "vodloom.count",
    "failures": "vodloom.failures",
    "repeated": "vodloom.repeated",
    "storage": "vodloom.storage",
    "key": "vodloom.object",
    "code": "vodloom.socket.code",
}

_LONGEST: dict[Type, int] = {"keyword": 1000, "text": 30_000}
_LARGEST = 2**63 - 1
_LABEL = re.compile(r"[^a-z0-9_]+")


def label(name: str) -> str:
    """Return the field for a value that has none of its own: a label."""
    return f"labels.{_LABEL.sub('_', name.lower())[:64] or 'other'}"


def typed(field: str, value: object) -> str | int | None:
    """Return the value as the field's type, or None if it cannot be converted."""
    kind = FIELDS.get(field, "keyword")
    if kind == "long":
        return _number(value)
    # Readers of JSON refuse a lone surrogate, which a file name may contain.
    words = words_of(value).encode("utf-8", "replace").decode()
    if kind == "ip":
        return words if _is_address(words) else None
    return words[: _LONGEST.get(kind, 100)]


def words_of(value: object) -> str:
    """Return any value as text."""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if abs(value) <= _LARGEST else None


def _is_address(words: str) -> bool:
    try:
        ipaddress.ip_address(words)
    except ValueError:
        return False
    return True
