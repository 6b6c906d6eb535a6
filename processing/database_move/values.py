"""Clean and check values of rows for PostgreSQL, and compute a checksum for both databases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field

_MODULUS = 2**256


def cleaned(value: Any) -> Any:
    """Return the value without the characters that PostgreSQL refuses in texts.

    These are NUL characters and lone surrogates. If there are none, the same object is returned.
    """
    if isinstance(value, str):
        return value if _is_plain(value) else _plain(value)
    if isinstance(value, list):
        parts = [cleaned(one) for one in value]
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, dict):
        members = {cleaned(key): cleaned(one) for key, one in value.items()}
        same = all(members.get(key) is one for key, one in value.items())
        return value if same else members
    return value


def _is_plain(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def misfit(field: Field[Any, Any], value: Any, target: BaseDatabaseWrapper) -> str:
    """Return why a value does not fit into its column, or an empty text if it does.

    SQLite enforces no length and no range.
    """
    if isinstance(value, str) and field.max_length and len(value) > field.max_length:
        return f"has {len(value)} characters, where {field.max_length} fit"
    if isinstance(value, int) and not isinstance(value, bool):
        least, most = (
            target.ops.integer_field_range(field.get_internal_type())
            if _is_number(field)
            else (None, None)
        )
        if (least is not None and value < least) or (most is not None and value > most):
            return f"is {value}, where {least} to {most} fit"
    return ""


def _is_number(field: Field[Any, Any]) -> bool:
    kind = field.get_internal_type()
    return kind.endswith(("IntegerField", "AutoField"))


class Checksum:
    """A checksum of rows in any order: their number and the sum of their hashes."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to the checksum."""
        for row in rows:
            text = json.dumps([_canonical(value) for value in row], sort_keys=True)
            digest = hashlib.sha256(text.encode()).digest()
            self._sum = (self._sum + int.from_bytes(digest, "big")) % _MODULUS
            self.rows += 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Checksum) and str(self) == str(other) and self.rows == other.rows

    def __hash__(self) -> int:
        return hash((self.rows, self._sum))

    def __str__(self) -> str:
        return f"{self._sum:064x}"[:16]


def _canonical(value: Any) -> Any:
    """Return a form of a value that is the same for both databases.

    PostgreSQL's JSON has only one kind of number.
    """
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {key: _canonical(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(one) for one in value]
    return value if isinstance(value, int) else str(value)
