"""Find the objects still to be copied or compared, by walking two sorted listings side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from videos import keys
from videos.storage import ListedObject


@dataclass(frozen=True)
class Pending:
    """An object of the old place. ``is_there`` means that the new place has one of the same size
    that is not verified."""

    key: str
    size: int
    is_there: bool


def pending(
    old: Iterable[ListedObject], new: Iterable[ListedObject], *, verified: str
) -> Iterator[Pending]:
    """Yield pending objects in key order. Objects that are in both places with the same size, with
    keys up to ``verified``, are done."""
    there = iter(new)
    at = next(there, None)
    for one in old:
        if one.key in (keys.IDENTITY, keys.PROBE) or one.key.startswith(keys.GUESTS):
            continue
        place = one.key.encode()
        while at is not None and at.key.encode() < place:
            at = next(there, None)
        same = at is not None and (at.key, at.size) == (one.key, one.size)
        if not same or place > verified.encode():
            yield Pending(one.key, one.size, same)


def done(old: Iterable[ListedObject], new: Iterable[ListedObject]) -> Iterator[str]:
    """Yield the keys that are in both places with the same size."""
    there = iter(new)
    at = next(there, None)
    for one in old:
        while at is not None and at.key.encode() < one.key.encode():
            at = next(there, None)
        if at is not None and (at.key, at.size) == (one.key, one.size):
            yield one.key
