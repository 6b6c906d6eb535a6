"""Boxes of an MP4 or QuickTime file that came from outside: they end where their parents end,
and what they count is capped."""

from __future__ import annotations

import os
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

MAX_NUMBERS = 12_000_000
_MAX_BOXES = 4_000
# Of the file itself: two for each fragment.
_MAX_FRAGMENTS = 200_000
_MAX_TABLE = 64 * 1024 * 1024


class NotPlain(Exception):
    """Raised when boxes are not of the plain form, or contradict themselves."""


@dataclass(frozen=True)
class Box:
    """Where the content of a box begins and ends in the file."""

    kind: bytes
    start: int
    end: int


def top(file: BinaryIO) -> list[Box]:
    """The boxes of the file itself."""
    return list(_within(file, 0, file.seek(0, os.SEEK_END)))


def last(file: BinaryIO) -> Box | None:
    """The last box of the file itself, with the end it claims."""
    length, at, found = file.seek(0, os.SEEK_END), 0, None
    for _ in range(_MAX_FRAGMENTS):
        if at + 8 > length:
            return found
        found = _at(file, at, length)
        at = found.end
    raise NotPlain


def inside(file: BinaryIO, box: Box) -> list[Box]:
    """The boxes inside another."""
    return list(_within(file, box.start, box.end))


def _within(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        box = _at(file, start, end)
        yield Box(box.kind, box.start, min(box.end, end))
        start = box.end
    raise NotPlain


def _at(file: BinaryIO, start: int, end: int) -> Box:
    """The box that begins there, with the end it claims, or else that of its parent."""
    file.seek(start)
    head = file.read(16)
    size, kind = struct.unpack(">I4s", head[:8])
    body = start + 8
    if size == 1:
        size, body = struct.unpack(">Q", head[8:16])[0], start + 16
    elif size == 0:
        size = end - start
    if size < body - start:
        raise NotPlain
    return Box(kind, body, start + size)


def maybe(found: Sequence[Box], kind: bytes) -> Box | None:
    """The box of that kind, None when there is none; two are not plain."""
    alike = [box for box in found if box.kind == kind]
    if len(alike) > 1:
        raise NotPlain
    return alike[0] if alike else None


def one(found: Sequence[Box], kind: bytes) -> Box:
    """The one box of that kind."""
    box = maybe(found, kind)
    if box is None:
        raise NotPlain
    return box


def content(file: BinaryIO, box: Box, *, most: int = _MAX_TABLE) -> bytes:
    """All that is in a box; one of more than `most` bytes is not plain."""
    if box.end - box.start > most:
        raise NotPlain
    file.seek(box.start)
    return file.read(box.end - box.start)


def number(table: bytes, start: int) -> int:
    """An unsigned number of 32 bits."""
    return int(struct.unpack_from(">I", table, start)[0])


def numbers(table: bytes, start: int, count: int) -> array[int]:
    """`count` of them; a table too short is not plain."""
    if count > MAX_NUMBERS or len(table) < start + 4 * count:
        raise NotPlain
    found = array("I", table[start : start + 4 * count])
    if sys.byteorder == "little":
        found.byteswap()
    return found


def runs(table: bytes) -> tuple[array[int], array[int]]:
    """The counts and values of a run-length table (`stts`, `ctts`)."""
    pairs = numbers(table, 8, 2 * number(table, 4))
    return pairs[::2], pairs[1::2]
