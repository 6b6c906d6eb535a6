"""Tables of 32-bit numbers in boxes; the number of entries that are read is limited."""

from __future__ import annotations

import struct
import sys
from array import array
from itertools import groupby

from processing.mp4.box import MalformedBoxes, box, unpack

MAX_NUMBERS = 12_000_000


def number(table: bytes, start: int) -> int:
    """Return an unsigned number of 32 bits."""
    return int(unpack(">I", table, start)[0])


def numbers(table: bytes, start: int, count: int) -> array[int]:
    """Return `count` unsigned numbers of 32 bits, all of which must be there."""
    if count > MAX_NUMBERS or len(table) < start + 4 * count:
        raise MalformedBoxes("A table is too short.")
    found = array("I", table[start : start + 4 * count])
    if sys.byteorder == "little":
        found.byteswap()
    return found


def runs(table: bytes) -> tuple[array[int], array[int]]:
    """Return the counts and the values of a run-length table (`stts`, `ctts`)."""
    pairs = numbers(table, 8, 2 * number(table, 4))
    return pairs[::2], pairs[1::2]


def counted(kind: bytes, entries: bytes, size: int = 8) -> bytes:
    """Return a full box of entries of `size` bytes."""
    return box(kind, struct.pack(">2I", 0, len(entries) // size), entries)


def run_lengths(values: array[int], shift: int) -> bytes:
    """Return pairs of the number of equal values in a row, and the value plus `shift`."""
    pairs = array("I")
    for value, equal in groupby(values):
        pairs.append(sum(1 for _ in equal))
        pairs.append(value + shift)
    return words(pairs)


def words(values: array[int]) -> bytes:
    """Return the values as 32-bit big-endian words."""
    if sys.byteorder == "big":
        return values.tobytes()
    swapped = array(values.typecode, values)
    swapped.byteswap()
    return swapped.tobytes()
