"""The units of AV1 (OBUs), as in samples and av1C boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from processing.mp4.box import MalformedBoxes, read_bytes

SEQUENCE_HEADER = 1
FRAMES = (3, 6)
"""The types of a unit with a frame's header alone, or with the header and its tiles."""

# A header, its extension and a size of up to eight bytes.
_LONGEST_HEAD = 10
# Few units come before the first frame: sequence header, metadata and padding.
_MAX_UNITS = 64
_MAX_HEADER = 4096


@dataclass(frozen=True)
class Unit:
    """A unit: its kind, and where its payload is."""

    kind: int
    start: int
    size: int


def units(file: BinaryIO, offset: int, size: int) -> Iterator[Unit]:
    """Yield the units of the sample of `size` bytes at `offset`, up to a small limit. Raises
    `MalformedBoxes`."""
    end = offset + size
    for _ in range(_MAX_UNITS):
        if offset >= end:
            return
        head = read_bytes(file, offset, min(_LONGEST_HEAD, end - offset), _LONGEST_HEAD)
        kind, begin, length = _head(head, end - offset)
        yield Unit(kind, offset + begin, length)
        offset += begin + length


def payload(file: BinaryIO, unit: Unit) -> bytes:
    """Return the payload of a unit; only the beginning of a long one."""
    return read_bytes(file, unit.start, min(unit.size, _MAX_HEADER), _MAX_HEADER)


def sequence_header(av1c: bytes) -> bytes | None:
    """Return the sequence header in the configuration of a sample description, None if it has
    none."""
    units_of_it = av1c[4:]
    if not units_of_it:
        return None
    kind, begin, length = _head(units_of_it, len(units_of_it))
    return units_of_it[begin : begin + length] if kind == SEQUENCE_HEADER else None


def _head(data: bytes, end: int) -> tuple[int, int, int]:
    """Return the kind of the unit at the start, where its payload begins, and its length; it must
    end by `end`."""
    kind, extended, sized = data[0] >> 3 & 0xF, data[0] >> 2 & 1, data[0] >> 1 & 1
    at, size = 1 + extended, 0
    if not sized:
        return kind, at, max(0, end - at)
    for shift in range(0, 56, 7):
        if at >= len(data):
            raise MalformedBoxes("An OBU is cut off.")
        byte, at = data[at], at + 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    if at + size > end:
        raise MalformedBoxes("An OBU is cut off.")
    return kind, at, size
