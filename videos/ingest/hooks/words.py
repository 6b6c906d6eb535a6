"""Clean the words of generators before they are kept and shown. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from processing.ffmpeg import names

_BREAKS = re.compile(r"\s+")
# What no database holds: NUL, and halves of surrogate pairs.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
ELLIPSIS = "…"


def line(value: Any, most: int) -> str:
    """Return a text as one line of at most ``most`` characters, the last an ellipsis if it was
    longer; empty if the value is no text."""
    if not isinstance(value, str):
        return ""
    return shortened(names.shown(_BREAKS.sub(" ", storable(value[: most * 4]))).strip(), most)


def text(value: Any, most: int) -> str:
    """Return a text with its line breaks, of at most ``most`` characters."""
    return shortened(storable(value).strip(), most) if isinstance(value, str) else ""


def shortened(value: str, most: int) -> str:
    """Return a text of at most ``most`` characters."""
    return value if len(value) <= most else value[: most - 1] + ELLIPSIS


def storable(value: str) -> str:
    """Return a text without what a database cannot hold."""
    return _UNSTORABLE.sub("�", value)


def members(value: Any, most_bytes: int) -> dict[str, Any] | None:
    """Return an object that a database can hold, or None if it is none, or larger than
    ``most_bytes`` of JSON."""
    if not isinstance(value, dict):
        return None
    try:
        kept = _storable_json(value)
        size = len(json.dumps(kept, ensure_ascii=False, allow_nan=False).encode())
    except (RecursionError, ValueError):
        return None
    return kept if size <= most_bytes else None


def _storable_json(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): _storable_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_storable_json(inner) for inner in value]
    return value
