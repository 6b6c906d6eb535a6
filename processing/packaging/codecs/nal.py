"""NAL units of H.264 and HEVC with their lengths in front (ISO/IEC 14496-15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from processing.mp4.box import read_bytes

# Few units come before the first slice: parameter sets, enhancement information and delimiters.
_MAX_UNITS = 64
# Longer than any parameter set; only the beginning of a longer one is read.
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
    """Return the kind of the first slice in a sample, None without one, and the parameter sets
    before it. `kind_of` returns the kind of a unit from its first byte."""
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
    """Return `count` parameter sets, each after its 16-bit length, and the end of the last one."""
    sets: set[bytes] = set()
    for _ in range(count):
        length = int.from_bytes(configuration[at : at + 2], "big")
        sets.add(configuration[at + 2 : at + 2 + length])
        at += 2 + length
    return sets, at
