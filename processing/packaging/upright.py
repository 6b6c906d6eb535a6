"""The display matrix of a track. What is made stands upright, so nobody is to turn it: but FFmpeg
hands the matrix of a source on that it did not turn itself (odd angles, shears, zeros)."""

from __future__ import annotations

import struct
from pathlib import Path

from processing.packaging.mp4 import MalformedTrack, boxes_of, child, read_bytes

IDENTITY = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""The matrix (ISO/IEC 14496-12, 6.2.2) that leaves everything as it is."""

_MAX_INIT = 1024 * 1024
# A track header ends with the matrix, and a width and a height of 32 bits each.
_FROM_END, _TO_END = -44, -8


def is_upright(tkhd: bytes) -> bool:
    """Whether the body of a track header turns nothing."""
    return tkhd[_FROM_END:_TO_END] == IDENTITY


def straighten(path: Path) -> None:
    """Put the identity into the track header of a file of one track, in place. Raises
    `MalformedTrack`."""
    with path.open("r+b") as file:
        length = file.seek(0, 2)
        moov = next((box for box in boxes_of(file, length) if box.kind == b"moov"), None)
        if moov is None:
            raise MalformedTrack("The file has no moov box.")
        data = read_bytes(file, moov.offset, moov.size, _MAX_INIT)
        tkhd = child(data, b"moov", b"trak", b"tkhd")
        if is_upright(tkhd):
            return
        file.seek(moov.offset + data.index(b"tkhd" + tkhd) + 4 + len(tkhd) + _FROM_END)
        file.write(IDENTITY)
