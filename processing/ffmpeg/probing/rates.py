"""The frame rate of a source: from what its header tells, or, better, from when its pictures are
shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

# What comes faster by a variable clock is a clock, not a rate.
_MAX_BASE = 60
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
_FASTER = (Fraction(100), Fraction(120_000, 1001), Fraction(120), Fraction(240))


def natural_rate(base: Fraction | None, average: Fraction | None, *, fields: bool) -> Fraction:
    """The rate of a source by its header, at least 1.

    `base` (r_frame_rate) is the smallest step between pictures and absurd for variable rates;
    `average` counts pictures over time. With `fields`, `base` may count half pictures.
    """
    rate = _chosen(base or None, average or None, fields)
    return rate * math.ceil(1 / rate) if rate < 1 else rate


def _chosen(base: Fraction | None, average: Fraction | None, fields: bool) -> Fraction:
    if base is None or average is None:
        single = base or average
        return single if single is not None and single <= 1000 else _FALLBACK
    if base <= average * Fraction(101, 100):
        return base
    if base == 2 * average or fields:
        return _snapped(average)
    if base <= _MAX_BASE and base <= 3 * average:
        return base
    return _snapped(average)


def _snapped(rate: Fraction) -> Fraction:
    nearest = min(_COMMON, key=lambda common: abs(common - rate))
    return nearest if abs(nearest - rate) <= rate * Fraction(_SNAP) else rate


def rates_between(
    ticks: int, pictures: int, time_base: Fraction, told: Fraction
) -> Iterator[Fraction]:
    """Rates at which so many pictures last so many ticks, give or take one tick: common ones
    first (of these the told one), then a whole number of ticks a picture if that fits exactly,
    then the told one and simple fractions."""
    if ticks <= 0 or pictures <= 0:
        return
    mean = pictures / (ticks * time_base)
    simple = [mean.limit_denominator(limit) for limit in (1, 2, 10, 100, 1001)]
    common = sorted((*_COMMON, *_FASTER), key=lambda rate: rate != told)
    whole = [mean] if ticks % pictures == 0 else []
    for rate in (*common, *whole, told, *simple, mean):
        if rate > 0 and abs(pictures / (rate * time_base) - ticks) <= 1:
            yield rate


def constant_rate(times: Sequence[int], time_base: Fraction, told: Fraction) -> Fraction | None:
    """The exact rate of pictures shown at `times` (ticks, ascending), if every one is on its grid
    within half a tick; None when the rate varies or there is but one picture."""
    steps = len(times) - 1
    if steps < 1:
        return None
    for rate in rates_between(times[-1] - times[0], steps, time_base, told):
        step = 1 / (rate * time_base)
        length, scale = step.numerator, step.denominator
        if _is_even(times, length, scale):
            return rate
    return None


def _is_even(times: Sequence[int], length: int, scale: int) -> bool:
    """Whether times, `scale` to a tick, are never further than that from every `length`."""
    low = high = scale * times[0]
    for number, time in enumerate(times):
        off = scale * time - length * number
        if off < low:
            low = off
        elif off > high:
            high = off
        if high - low > scale:
            return False
    return True
