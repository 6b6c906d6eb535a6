"""The primitives of MP4: boxes in a file or in bytes, whose sizes are never trusted."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from processing.ffmpeg.errors import MediaError


class MalformedTrack(MediaError):
    """Raised when a file is not a fragmented MP4 of one track as we write them."""

    code = "output_invalid"
    message = "A file that was made is not valid."


@dataclass(frozen=True)
class Box:
    """A box: `offset` of its header, bytes of its `header` and of the whole (`size`)."""

    kind: bytes
    offset: int
    header: int
    size: int


def boxes_of(file: BinaryIO, length: int, offset: int = 0) -> Iterator[Box]:
    """The boxes a file of `length` bytes is made of, from `offset` on."""
    while offset < length:
        file.seek(offset)
        box = parse_box(file.read(16), offset, length)
        yield box
        offset += box.size


def parse_box(head: bytes, offset: int, end: int) -> Box:
    """The box whose first 16 bytes are `head`; it must end by `end`."""
    if len(head) < 8:
        raise MalformedTrack("A box is cut off.")
    size, kind = struct.unpack(">I4s", head[:8])
    header = 8
    if size == 1 and len(head) >= 16:
        size, header = struct.unpack(">Q", head[8:16])[0], 16
    if size < header or offset + size > end:
        raise MalformedTrack("A box has an impossible size.")
    return Box(kind, offset, header, size)


def read_bytes(file: BinaryIO, offset: int, size: int, limit: int) -> bytes:
    """Exactly `size` bytes from `offset`, at most `limit`."""
    if size > limit:
        raise MalformedTrack("A header is too large.")
    file.seek(offset)
    data = file.read(size)
    if len(data) != size:
        raise MalformedTrack("The file is cut off.")
    return data


def children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kinds and bodies of the boxes that `data` is made of."""
    offset = 0
    while offset < len(data):
        box = parse_box(data[offset : offset + 16], offset, len(data))
        yield box.kind, data[offset + box.header : offset + box.size]
        offset += box.size


def child(data: bytes, *path: bytes) -> bytes:
    """The body of the one box at a path of kinds."""
    for kind in path:
        found = [body for name, body in children(data) if name == kind]
        if len(found) != 1:
            raise MalformedTrack(f"Expected one {kind.decode('latin1')} box.")
        data = found[0]
    return data


def unpack(layout: str, data: bytes, offset: int = 0) -> tuple[int, ...]:
    """`struct.unpack_from` of integers that raises `MalformedTrack`."""
    try:
        return struct.unpack_from(layout, data, offset)
    except struct.error as error:
        raise MalformedTrack("A box is too short.") from error


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of these bytes. Raises `ValueError` for one of 4 GiB or more."""
    size = 8 + sum(len(part) for part in parts)
    if size >= 2**32:
        raise ValueError("a box in memory cannot be so large")
    return b"".join([struct.pack(">I4s", size, kind), *parts])
