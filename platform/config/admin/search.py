"""The conditions of the admin's search: all words, in any script and any case, or a whole id."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

_NOTHING = Q(pk__in=[])
_LONGEST = 200
"""The most characters that are searched for: each word makes the query longer."""


def lookups(fields: Iterable[str], text: str) -> list[Q]:
    """Return a condition for each word; all must hold. ``=`` before a field means that the whole
    value must match."""
    words = text.replace("\0", "")[:_LONGEST].split()
    return [reduce(or_, (_of(field, word) for field in fields), _NOTHING) for word in words]


def _of(field: str, word: str) -> Q:
    if field.startswith("="):
        return _whole(field[1:], word)
    if field.endswith("__startswith"):
        return Q(**{field: word})
    return Q(**_contains(field, word))


def _whole(field: str, word: str) -> Q:
    """Match a whole value. Ids are compared as UUIDs, so that an index is used."""
    if not field.endswith(("id", "attempt")):
        return Q(**{field: word})
    try:
        found: Any = UUID(word)
    except ValueError:
        return _NOTHING
    return Q(**{field: found})


def _contains(field: str, word: str) -> dict[str, str]:
    """Match part of a value, ignoring case. SQLite's LIKE ignores case for ASCII only; its REGEXP
    is Python's, which does so for all letters."""
    if connection.vendor == "sqlite" and not word.isascii():
        return {f"{field}__iregex": re.escape(word)}
    return {f"{field}__icontains": word}
