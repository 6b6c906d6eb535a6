"""The constant frame rate a source is encoded at, from the two rates ffprobe tells."""

from __future__ import annotations

import math
from fractions import Fraction

MAX_RATE = 60
_FALLBACK = Fraction(25)
# A measured average this near (relative) to a rate that cameras and films use is that rate.
_SNAP = 0.004
_COMMON = tuple(
    Fraction(*pair)
    for pair in [
        (10, 1), (12, 1), (25, 2), (15, 1), (20, 1), (24000, 1001), (24, 1), (25, 1),
        (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1),
    ]
)  # fmt: skip


def natural_rate(base: Fraction | None, average: Fraction | None, *, fields: bool) -> Fraction:
    """The rate of the grid, in (0, 60].

    `base` (r_frame_rate) is the smallest step between pictures and absurd for variable rates;
    `average` counts pictures over time. With `fields`, `base` may count half pictures.
    """
    rate = _chosen(base or None, average or None, fields)
    if MAX_RATE < rate <= MAX_RATE + 1:
        rate = Fraction(MAX_RATE)  # a screen's 60.02 is 60, not every other picture
    rate /= math.ceil(rate / MAX_RATE)  # 120 and 240 become 60: every nth picture
    if rate < 1:
        rate *= math.ceil(1 / rate)  # a GOP of two seconds needs a picture a second
    return rate.limit_denominator(1001)


def _chosen(base: Fraction | None, average: Fraction | None, fields: bool) -> Fraction:
    if base is None or average is None:
        single = base or average
        return single if single is not None and single <= 1000 else _FALLBACK
    if base <= average * Fraction(101, 100):
        return base
    if base == 2 * average or fields:
        return _snapped(average)
    if base <= MAX_RATE and base <= 3 * average:
        return base
    return _snapped(average)


def _snapped(rate: Fraction) -> Fraction:
    nearest = min(_COMMON, key=lambda common: abs(common - rate))
    return nearest if abs(nearest - rate) <= rate * Fraction(_SNAP) else rate
