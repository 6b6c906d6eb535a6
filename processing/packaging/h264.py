"""What a picture of H.264 begins with, without decoding it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from processing.packaging.mp4 import read_bytes

_SLICE = 1
_PARTITIONS = (2, 3, 4)
_IDR_SLICE = 5
_PARAMETER_SETS = (7, 8)
# Parameter sets, enhancement information and delimiters before the first slice: few.
_MAX_UNITS = 64
# More than any set of parameters has; of a longer one only the beginning is looked at.
_MAX_SET = 4096


@dataclass(frozen=True)
class Beginning:
    """Whether a sample is an IDR picture: decoding can begin there, and no picture after it refers
    to one before it; and the parameter sets that come with it."""

    is_idr: bool
    parameter_sets: frozenset[bytes]


def beginning(file: BinaryIO, offset: int, size: int, *, nal_length: int) -> Beginning:
    """Of the sample of `size` bytes from `offset`, up to its first slice: NAL units behind lengths
    of `nal_length` bytes (ISO/IEC 14496-15). Raises `MalformedTrack` where the file ends."""
    end = offset + size
    sets: set[bytes] = set()
    for _ in range(_MAX_UNITS):
        if offset + nal_length + 1 > end:
            break
        head = read_bytes(file, offset, nal_length + 1, nal_length + 1)
        kind, length = head[-1] & 0x1F, int.from_bytes(head[:-1], "big")
        if kind in (_SLICE, _IDR_SLICE, *_PARTITIONS):
            return Beginning(kind == _IDR_SLICE, frozenset(sets))
        if kind in _PARAMETER_SETS:
            begin = offset + nal_length
            sets.add(read_bytes(file, begin, min(length, end - begin, _MAX_SET), _MAX_SET))
        offset += nal_length + length
    return Beginning(False, frozenset(sets))
