"""What a picture of H.264 begins with, without decoding it."""

from __future__ import annotations

from typing import BinaryIO

from processing.packaging.mp4 import read_bytes

_SLICE = 1
_PARTITIONS = (2, 3, 4)
_IDR_SLICE = 5
# Parameter sets, enhancement information and delimiters before the first slice: few.
_MAX_UNITS = 64


def is_idr(file: BinaryIO, offset: int, size: int, *, nal_length: int) -> bool:
    """Whether the first slice of a sample is one of an IDR picture: decoding can begin there, and
    no picture after it refers to one before it.

    The sample is `size` bytes from `offset`, NAL units behind lengths of `nal_length` bytes
    (ISO/IEC 14496-15). Raises `MalformedTrack` where the file ends."""
    end = offset + size
    for _ in range(_MAX_UNITS):
        if offset + nal_length + 1 > end:
            return False
        head = read_bytes(file, offset, nal_length + 1, nal_length + 1)
        kind = head[-1] & 0x1F
        if kind == _IDR_SLICE:
            return True
        if kind == _SLICE or kind in _PARTITIONS:
            return False
        offset += nal_length + int.from_bytes(head[:-1], "big")
    return False
