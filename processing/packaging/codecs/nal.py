"""NAL units of H.264 and HEVC behind their lengths (ISO/IEC 14496-15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from processing.mp4.box import read_bytes

# Parameter sets, enhancement information and delimiters before the first slice: few.
_MAX_UNITS = 64
# More than any set of parameters has; of a longer one only the beginning is looked at.
_MAX_SET = 4096


def first_slice(
    file: BinaryIO,
    offset: int,
    size: int,
    *,
    length_size: int,
    kind_of: Callable[[int], int],
    slices: frozenset[int],
    parameters: frozenset[int],
) -> tuple[int | None, frozenset[bytes]]:
    """The kind of the first slice in a sample, None without one, and the sets of parameters before
    it. `kind_of` tells the kind of a unit by its first byte."""
    end = offset + size
    sets: set[bytes] = set()
    for _ in range(_MAX_UNITS):
        if offset + length_size + 1 > end:
            break
        head = read_bytes(file, offset, length_size + 1, length_size + 1)
        kind, length = kind_of(head[-1]), int.from_bytes(head[:-1], "big")
        if kind in slices:
            return kind, frozenset(sets)
        if kind in parameters:
            begin = offset + length_size
            sets.add(read_bytes(file, begin, min(length, end - begin, _MAX_SET), _MAX_SET))
        offset += length_size + length
    return None, frozenset(sets)


def sets_at(configuration: bytes, at: int, count: int) -> tuple[set[bytes], int]:
    """So many sets of parameters behind their 16-bit lengths, and where the last one ends."""
    sets: set[bytes] = set()
    for _ in range(count):
        length = int.from_bytes(configuration[at : at + 2], "big")
        sets.add(configuration[at + 2 : at + 2 + length])
        at += 2 + length
    return sets, at
