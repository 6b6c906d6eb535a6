"""What the admin's search finds: each word, in any script and either case, or a whole id."""

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
"""Characters that are searched for: each word makes the query longer."""


def lookups(fields: Iterable[str], text: str) -> list[Q]:
    """A condition for each word; all of them must hold. ``=`` before a field asks for all of it."""
    words = text.replace("\0", "")[:_LONGEST].split()
    return [reduce(or_, (_of(field, word) for field in fields), _NOTHING) for word in words]


def _of(field: str, word: str) -> Q:
    if field.startswith("="):
        return _whole(field[1:], word)
    if field.endswith("__startswith"):
        return Q(**{field: word})
    return Q(**_contains(field, word))


def _whole(field: str, word: str) -> Q:
    """Ids are asked for as ids, so that an index finds them."""
    if not field.endswith(("id", "attempt")):
        return Q(**{field: word})
    try:
        found: Any = UUID(word)
    except ValueError:
        return _NOTHING
    return Q(**{field: found})


def _contains(field: str, word: str) -> dict[str, str]:
    """SQLite's LIKE knows the cases of ASCII alone; its REGEXP is Python's, which knows all."""
    if connection.vendor == "sqlite" and not word.isascii():
        return {f"{field}__iregex": re.escape(word)}
    return {f"{field}__icontains": word}
