"""The header of a track: its number, its flags, its duration, its size."""

from __future__ import annotations

import struct

from processing.mp4.box import MalformedBoxes, box, unpack
from processing.mp4.tables import number

IN_MOVIE, ENABLED = 2, 1
IDENTITY = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""The matrix (ISO/IEC 14496-12, 6.2.2) that leaves everything as it is."""
# The box ends with the matrix, and a width and a height of 32 bits each.
MATRIX = slice(-44, -8)
# The bytes after the duration, and the position of the alternate group in them.
_TAIL, _ALTERNATE_GROUP = 60, 10


def track_id(header: bytes) -> int:
    """Return the number of the track."""
    return number(header, 20 if header[:1] == b"\1" else 12)


def size(header: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    width, height = unpack(">2I", header, len(header) - 8) if len(header) >= 8 else (0, 0)
    return width >> 16, height >> 16


def is_upright(header: bytes) -> bool:
    """Whether the matrix turns nothing."""
    return header[MATRIX] == IDENTITY


def write(original: bytes, *, track: int, flags: int, duration: int, group: int) -> bytes:
    """Return the box with number, flags, duration and alternate group as given, and matrix, volume
    and size of `original`."""
    if len(original) < _TAIL:
        raise MalformedBoxes("A box is too short.")
    tail = bytearray(original[-_TAIL:])
    struct.pack_into(">H", tail, _ALTERNATE_GROUP, group)
    return box(b"tkhd", struct.pack(">6I", flags, 0, 0, track, 0, duration), bytes(tail))
