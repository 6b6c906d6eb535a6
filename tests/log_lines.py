"""What every line of every process must be."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Any

from config.logs.fields import FIELDS

ALWAYS = (
    *("@timestamp", "log.level", "log.logger", "message", "service.name", "service.version"),
    *("event.dataset", "host.name", "process.pid"),
)


def wrong_in(line: dict[str, Any]) -> list[str]:
    """What Elasticsearch would refuse, or search in vain."""
    wrong = [f"lacks {name}" for name in ALWAYS if name not in line]
    return wrong + [f"{name}: {value!r}" for name, value in line.items() if not _fits(name, value)]


def _fits(name: str, value: object) -> bool:
    if name.startswith("labels."):
        return isinstance(value, str)
    kind = FIELDS.get(name)
    if kind == "long":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    if not isinstance(value, str) or kind is None:
        return False
    try:
        if kind == "ip":
            ipaddress.ip_address(value)
        if kind == "date":
            datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
