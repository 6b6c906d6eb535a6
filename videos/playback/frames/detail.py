"""Where in a frame there is the most to see."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

WIDE = 64
"""How many pixels the longer side has of the grey picture that is looked at."""


def small(frame: tuple[int, int]) -> tuple[int, int]:
    """Return the size of the grey picture of a frame of this size."""
    wide, high = frame
    longest = max(frame)
    return max(2, round(WIDE * wide / longest)), max(2, round(WIDE * high / longest))


def place(grey: bytes, size: tuple[int, int], window: tuple[float, float]) -> tuple[float, float]:
    """Return where a window with these shares of the width and height shows the most edges: as
    shares of the room that it leaves at the left and above. Equal places yield to the middle."""
    wide, high = size
    columns, rows = [0] * wide, [0] * high
    for y in range(high - 1):
        for x in range(wide - 1):
            here = grey[y * wide + x]
            edge = abs(here - grey[y * wide + x + 1]) + abs(here - grey[(y + 1) * wide + x])
            columns[x] += edge
            rows[y] += edge
    return _best(columns, window[0]), _best(rows, window[1])


def _best(edges: Sequence[int], share: float) -> float:
    seen = min(len(edges), max(1, round(len(edges) * share)))
    room = len(edges) - seen
    if room == 0:
        return 0.5
    sums = [0, *accumulate(edges)]
    best = max(range(room + 1), key=lambda x: (sums[x + seen] - sums[x], -abs(x - room / 2)))
    return best / room
