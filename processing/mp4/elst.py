"""The edit list: which part of a track is shown, and when."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from processing.mp4.box import MalformedBoxes, box, unpack
from processing.mp4.tables import number

MAX_EDITS = 1_000
MAX_BYTES = 1_000 + 20 * MAX_EDITS
_MAX_TICKS = 2**53


@dataclass(frozen=True)
class Edit:
    """One entry of an edit list, in ticks of the track; `start` is -1 for an empty one."""

    start: int
    duration: int


def read(table: bytes, *, timescale: int, clock: int) -> tuple[Edit, ...]:
    """Return the entries of the edit list of a track with `timescale` ticks a second, in a movie
    with `clock` ticks a second."""
    entries, form = number(table, 4), ">qqi" if table[:1] == b"\1" else ">iii"
    size = struct.calcsize(form)
    if entries > MAX_EDITS or len(table) != 8 + size * entries:
        raise MalformedBoxes("An edit list is too long.")
    found = [unpack(form, table, 8 + size * n) for n in range(entries)]
    if any(not 0 <= d < _MAX_TICKS or not -1 <= s < _MAX_TICKS for d, s, _ in found):
        raise MalformedBoxes("An edit is impossible.")
    # Rounded to the nearest tick, halves up, as FFmpeg does.
    return tuple(Edit(s, (2 * d * timescale + clock) // (2 * clock)) for d, s, _ in found)


def write(start: int, duration: int) -> bytes:
    """Return the box of one edit: from `start` (ticks of the track) for `duration` (ticks of the
    movie); 0 means as long as fragments follow."""
    return box(b"elst", bytes(4), struct.pack(">2IiI", 1, duration, start, 0x10000))
