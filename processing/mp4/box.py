"""Boxes in a file or in bytes, whose sizes are never trusted.

Files we made are read strictly. Files from outside are read as players do: a box may extend to the
end of the file, and ends where its parent ends.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

_HEAD = 16
_MAX_BOXES = 4_000
# The most boxes at the top level of a file: two for each fragment.
_MAX_FRAGMENTS = 200_000


class MalformedBoxes(Exception):
    """Raised when boxes contradict themselves, or have a form that is not supported."""


@dataclass(frozen=True)
class Box:
    """A box in a file: the `offset` of its header, the bytes of the `header`, and those of the
    whole box (`size`)."""

    kind: bytes
    offset: int
    header: int
    size: int

    @property
    def start(self) -> int:
        """The position at which its content begins."""
        return self.offset + self.header

    @property
    def end(self) -> int:
        """The position at which it ends."""
        return self.offset + self.size


def boxes_of(file: BinaryIO, length: int, offset: int = 0) -> Iterator[Box]:
    """Yield the boxes of a file of `length` bytes, from `offset` on, read strictly."""
    while offset < length:
        file.seek(offset)
        found = parse_box(file.read(_HEAD), offset, length)
        yield found
        offset += found.size


def parse_box(head: bytes, offset: int, end: int) -> Box:
    """Return the box whose first 16 bytes are `head`; it must end by `end`."""
    if len(head) < 8:
        raise MalformedBoxes("A box is cut off.")
    size, kind = struct.unpack(">I4s", head[:8])
    header = 8
    if size == 1 and len(head) >= _HEAD:
        size, header = struct.unpack(">Q", head[8:_HEAD])[0], _HEAD
    if size < header or offset + size > end:
        raise MalformedBoxes("A box has an impossible size.")
    return Box(kind, offset, header, size)


def top(file: BinaryIO) -> list[Box]:
    """Return the top-level boxes of a file from outside."""
    return list(_from_outside(file, 0, file.seek(0, os.SEEK_END)))


def first(file: BinaryIO, kind: bytes) -> Box | None:
    """Return the first box of that kind in a file from outside, whatever follows it."""
    every = _from_outside(file, 0, file.seek(0, os.SEEK_END))
    return next((one for one in every if one.kind == kind), None)


def last(file: BinaryIO) -> Box | None:
    """Return the last box of a file from outside, with the end it claims."""
    length, offset, found = file.seek(0, os.SEEK_END), 0, None
    for _ in range(_MAX_FRAGMENTS):
        if offset + 8 > length:
            return found
        found = _claimed(file, offset, length)
        offset = found.end
    raise MalformedBoxes("There are too many boxes.")


def inside(file: BinaryIO, parent: Box) -> list[Box]:
    """Return the boxes inside another box of a file from outside."""
    return list(_from_outside(file, parent.start, parent.end))


def _from_outside(file: BinaryIO, offset: int, end: int) -> Iterator[Box]:
    for _ in range(_MAX_BOXES):
        if offset + 8 > end:
            return
        found = _claimed(file, offset, end)
        yield replace(found, size=min(found.size, end - offset))
        offset = found.end
    raise MalformedBoxes("There are too many boxes.")


def _claimed(file: BinaryIO, offset: int, end: int) -> Box:
    """Return the box at `offset` with the size it claims; size 0 means it goes on to the end."""
    file.seek(offset)
    head = file.read(_HEAD)
    size, kind = unpack(">I4s", head)
    header = 8
    if size == 1:
        size, header = unpack(">Q", head, 8)[0], _HEAD
    elif size == 0:
        size = end - offset
    if size < header:
        raise MalformedBoxes("A box has an impossible size.")
    return Box(kind, offset, header, size)


def maybe(found: Sequence[Box], kind: bytes) -> Box | None:
    """Return the box of that kind, None if there is none. Raises `MalformedBoxes` if there are
    several."""
    alike = [one for one in found if one.kind == kind]
    if len(alike) > 1:
        raise MalformedBoxes(f"There are several {kind.decode('latin1')} boxes.")
    return alike[0] if alike else None


def one(found: Sequence[Box], kind: bytes) -> Box:
    """Return the one box of that kind. Raises `MalformedBoxes` if there is none."""
    the_one = maybe(found, kind)
    if the_one is None:
        raise MalformedBoxes(f"There is no {kind.decode('latin1')} box.")
    return the_one


def content(file: BinaryIO, found: Box, *, most: int) -> bytes:
    """Return the content of a box, as far as the file has it. Raises `MalformedBoxes` if it is
    longer than `most` bytes."""
    if found.end - found.start > most:
        raise MalformedBoxes("A box is too large.")
    file.seek(found.start)
    return file.read(found.end - found.start)


def read_bytes(file: BinaryIO, offset: int, size: int, limit: int) -> bytes:
    """Return exactly `size` bytes from `offset`, at most `limit`."""
    if size > limit:
        raise MalformedBoxes("A header is too large.")
    file.seek(offset)
    data = file.read(size)
    if len(data) != size:
        raise MalformedBoxes("The file is cut off.")
    return data


def children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the body of each box in `data`."""
    offset = 0
    while offset < len(data):
        found = parse_box(data[offset : offset + _HEAD], offset, len(data))
        yield found.kind, data[found.start : found.end]
        offset += found.size


def child(data: bytes, *path: bytes) -> bytes:
    """Return the body of the one box at a path of kinds."""
    for kind in path:
        found = [body for name, body in children(data) if name == kind]
        if len(found) != 1:
            raise MalformedBoxes(f"Expected one {kind.decode('latin1')} box.")
        data = found[0]
    return data


def unpack(layout: str, data: bytes, offset: int = 0) -> tuple[Any, ...]:
    """`struct.unpack_from`, but raise `MalformedBoxes`."""
    try:
        return struct.unpack_from(layout, data, offset)
    except struct.error as error:
        raise MalformedBoxes("A box is too short.") from error


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box of these bytes. Raises `ValueError` for one of 4 GiB or more."""
    size = 8 + sum(len(part) for part in parts)
    if size >= 2**32:
        raise ValueError("a box in memory cannot be so large")
    return b"".join([struct.pack(">I4s", size, kind), *parts])
