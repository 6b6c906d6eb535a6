"""The frame rate of a source: from what its header tells, or, better, from when its frames are
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
# On slower grids than those of cameras a frame may stand this far, in seconds, from its time.
_SLOW = tuple(Fraction(rate) for rate in (1, 2, 4, 5, 6, 8))
_FAR_OFF = Fraction(1, 50)
# So many of a thousand frames may share a place with another before a finer grid is taken.
_SHARED_PER_MILLE = 1
# From this rate on half a step is near enough.
_COARSEST = Fraction(25)
# A grid is chosen by so many frames at most, taken in stretches.
_LOOKED_AT = 200_000
_STRETCH = 10_000
_APART = 30
_FASTER = (Fraction(100), Fraction(120_000, 1001), Fraction(120), Fraction(240))


def natural_rate(base: Fraction | None, average: Fraction | None, *, fields: bool) -> Fraction:
    """The rate of a source by its header, at least 1.

    `base` (r_frame_rate) is the smallest step between frames and absurd for variable rates;
    `average` counts frames over time. With `fields`, `base` may count half frames.
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
    """Rates at which so many frames last so many ticks, give or take one tick: common ones
    first (of these the told one), then a whole number of ticks a frame if that fits exactly,
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
    """The exact rate of frames shown at `times` (ticks, ascending), if every one is on its grid
    within half a tick; None when the rate varies or there is but one frame."""
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


def grid_of(times: Sequence[int], time_base: Fraction) -> Fraction:
    """The rate of the grid for frames shown at `times` (ticks, ascending) at no constant rate:
    the lowest common one at which hardly any frame shares its place on the grid with another,
    or as few as at any rate up to `MAX_RATE`; every one stands within half a step of its time,
    and within 20 ms."""
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
    """How many frames shown at `times` (ticks, ascending) are not seen on a grid of that rate,
    because a later one has the same place."""
    return _shared(times, times[0], rate * time_base) if times else 0


def _stretches(times: Sequence[int]) -> Iterator[Sequence[int]]:
    """All times, or stretches of so many spread over them."""
    if len(times) <= _LOOKED_AT:
        yield times
        return
    wanted = _LOOKED_AT // _STRETCH
    for number in range(wanted):
        begin = (len(times) - _STRETCH) * number // (wanted - 1)
        yield times[begin : begin + _STRETCH]


def _shared(times: Sequence[int], origin: int, pace: Fraction) -> int:
    """`pace` is steps of the grid in a tick."""
    above, below = 2 * pace.numerator, 2 * pace.denominator
    places = {((time - origin) * above + pace.denominator) // below for time in times}
    return len(times) - len(places)


def _nearer(
    rate: Fraction, stretches: Sequence[Sequence[int]], time_base: Fraction, allowed: int
) -> Fraction:
    """Of a rate and the common ones a thousandth from it that which the frames follow best; one
    at which more share their place than `allowed` is none."""

    def fits(other: Fraction) -> bool:
        pace = other * time_base
        return sum(_shared(stretch, stretches[0][0], pace) for stretch in stretches) <= allowed

    alike = [other for other in _COMMON if abs(other - rate) * 500 < rate and fits(other)]
    return min(alike or [rate], key=lambda other: _off(stretches, other * time_base))


def _off(stretches: Sequence[Sequence[int]], pace: Fraction) -> float:
    """By how far frames some way apart miss whole steps of the grid, in all: a thousandth shows
    over such a way, and it matters to few where the sequence is broken."""
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
    """Whether any frame stands further than `most` steps from its place."""
    above, below = pace.numerator, pace.denominator
    limit = most * below
    for stretch in stretches:
        for time in stretch:
            off = (time - origin) * above % below
            if min(off, below - off) > limit:
                return True
    return False
