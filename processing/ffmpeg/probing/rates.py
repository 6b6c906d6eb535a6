"""The frame rate of a source: from its header or, better, from the times of its frames."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

# Above this, the base of a variable rate is a clock, not a frame rate.
_MAX_BASE = 60
_FALLBACK = Fraction(25)
# A measured average this close (relative) to a rate that cameras and films use is that rate.
_SNAP = 0.004
_COMMON = tuple(
    Fraction(*pair)
    for pair in [
        (10, 1), (12, 1), (25, 2), (15, 1), (20, 1), (24000, 1001), (24, 1), (25, 1),
        (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1),
    ]
)  # fmt: skip
# On grids slower than those of cameras, a frame may be this many seconds off its time.
_SLOW = tuple(Fraction(rate) for rate in (1, 2, 4, 5, 6, 8))
_FAR_OFF = Fraction(1, 50)
# If more than this many of a thousand frames share a place with another, a finer grid is used.
_SHARED_PER_MILLE = 1
# From this rate on, half a step is close enough.
_COARSEST = Fraction(25)
# A grid is chosen from at most this many frames, taken in stretches.
_LOOKED_AT = 200_000
_STRETCH = 10_000
_APART = 30
_FASTER = (Fraction(100), Fraction(120_000, 1001), Fraction(120), Fraction(240))


def natural_rate(base: Fraction | None, average: Fraction | None, *, fields: bool) -> Fraction:
    """Return the rate of a source according to its header, at least 1.

    `base` (r_frame_rate) is the smallest step between frames and absurd for variable rates;
    `average` is the number of frames over time. With `fields`, `base` may count half frames.
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
    """Yield the rates at which this many frames last this many ticks, give or take one tick: first
    common rates (`told` before the others), then the mean if each frame has a whole number of
    ticks, then `told` and simple fractions."""
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
    """Return the exact rate of frames shown at `times` (ticks, ascending), if every frame is within
    half a tick of its grid; None if the rate varies or there is only one frame."""
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
    """Whether all times, in units of 1/`scale` tick, stay within one tick of a grid with step
    `length`."""
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


def grid_of(times: Sequence[int], time_base: Fraction) -> Fraction:
    """Return the rate of the grid for frames shown at `times` (ticks, ascending) at no constant
    rate.

    It is the lowest common rate at which hardly any frame shares its place on the grid with
    another, or as few as at the highest one. Every frame is within half a step of its time, and
    within 20 ms.
    """
    stretches = list(_stretches(times))
    looked_at = sum(len(stretch) for stretch in stretches)
    rates = sorted({*_SLOW, *_COMMON})
    finest = sum(_shared(stretch, times[0], rates[-1] * time_base) for stretch in stretches)
    allowed = finest + looked_at * _SHARED_PER_MILLE // 1000
    for rate in rates[:-1]:
        pace = rate * time_base
        if rate < _COARSEST and _is_far_off(stretches, times[0], pace, _FAR_OFF * rate):
            continue
        if sum(_shared(stretch, times[0], pace) for stretch in stretches) <= allowed:
            return _nearer(rate, stretches, time_base, allowed)
    return _nearer(rates[-1], stretches, time_base, allowed)


def shared_places(times: Sequence[int], rate: Fraction, time_base: Fraction) -> int:
    """Return how many frames shown at `times` (ticks, ascending) are not seen on a grid of that
    rate, because a later one has the same place."""
    return _shared(times, times[0], rate * time_base) if times else 0


def _stretches(times: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield all times, or if there are too many, stretches spread over them."""
    if len(times) <= _LOOKED_AT:
        yield times
        return
    wanted = _LOOKED_AT // _STRETCH
    for number in range(wanted):
        begin = (len(times) - _STRETCH) * number // (wanted - 1)
        yield times[begin : begin + _STRETCH]


def _shared(times: Sequence[int], origin: int, pace: Fraction) -> int:
    """Return how many frames share a place; `pace` is the number of grid steps in a tick."""
    above, below = 2 * pace.numerator, 2 * pace.denominator
    places = {((time - origin) * above + pace.denominator) // below for time in times}
    return len(times) - len(places)


def _nearer(
    rate: Fraction, stretches: Sequence[Sequence[int]], time_base: Fraction, allowed: int
) -> Fraction:
    """Return the rate that the frames follow best: `rate` or a common one within two thousandths of
    it at which no more frames than `allowed` share their place."""

    def fits(other: Fraction) -> bool:
        pace = other * time_base
        return sum(_shared(stretch, stretches[0][0], pace) for stretch in stretches) <= allowed

    alike = [other for other in _COMMON if abs(other - rate) * 500 < rate and fits(other)]
    return min(alike or [rate], key=lambda other: _off(stretches, other * time_base))


def _off(stretches: Sequence[Sequence[int]], pace: Fraction) -> float:
    """Return by how many steps in all frames some way apart miss whole steps of the grid. A
    thousandth shows over that distance, and a break in the sequence affects few of them."""
    above, below = pace.numerator, pace.denominator
    missed = 0
    for stretch in stretches:
        apart = min(_APART, len(stretch) - 1)
        for time, later in zip(stretch, stretch[apart:], strict=False):
            off = (later - time) * above % below
            missed += min(off, below - off)
    return missed / below


def _is_far_off(
    stretches: Sequence[Sequence[int]], origin: int, pace: Fraction, most: Fraction
) -> bool:
    """Whether any frame is further than `most` steps from its place."""
    above, below = pace.numerator, pace.denominator
    limit = most * below
    for stretch in stretches:
        for time in stretch:
            off = (time - origin) * above % below
            if min(off, below - off) > limit:
                return True
    return False
