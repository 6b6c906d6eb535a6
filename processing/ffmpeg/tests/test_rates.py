from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.output_format import timescale
from processing.ffmpeg.planning.grid import grid_rate
from processing.ffmpeg.probing.rates import constant_rate, natural_rate

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("base", "average", "fields", "expected"),
    [
        ("25", "25", False, Fraction(25)),
        ("30000/1001", "30000/1001", False, NTSC),
        ("30000/1001", "51600/1841", False, NTSC),  # a phone that dropped pictures
        ("60000/1001", "30000/1001", False, NTSC),  # ticks of fields
        ("60000/1001", "30000/1001", True, NTSC),
        ("90000", "29.9", False, NTSC),  # variable: the base is the clock
        ("90000", "10.5", False, Fraction(21, 2)),
        ("240", "240", False, Fraction(60)),
        ("120000/1001", "120000/1001", False, Fraction(60000, 1001)),
        ("60.02", "60.02", False, Fraction(60)),
        ("1/4", "1/4", False, Fraction(1)),
        (None, None, False, Fraction(25)),
    ],
)
def test_the_rate_of_the_grid(
    base: str | None, average: str | None, fields: bool, expected: Fraction
) -> None:
    pair = [Fraction(text) if text else None for text in (base, average)]
    assert grid_rate(natural_rate(pair[0], pair[1], fields=fields)) == expected


@given(
    st.none() | st.fractions(Fraction(1, 10**6), 10**6),
    st.none() | st.fractions(Fraction(1, 10**6), 10**6),
    st.booleans(),
)
def test_any_pair_gives_a_rate_we_can_encode(
    base: Fraction | None, average: Fraction | None, fields: bool
) -> None:
    rate = grid_rate(natural_rate(base, average, fields=fields))
    assert 0.99 <= rate <= 60
    ticks = timescale(rate) / rate
    assert ticks.denominator == 1
    assert 10_000 <= timescale(rate) < 2**31


@pytest.mark.parametrize("clock", [1000, 12800, 90_000, 600])
@pytest.mark.parametrize(
    "rate", ["24000/1001", "24", "25", "30000/1001", "30", "60000/1001", "240"]
)
@pytest.mark.parametrize("cut", [round, int])
def test_an_exact_rate_is_found_whatever_the_clock(clock: int, rate: str, cut: Any) -> None:
    times = [77 + cut(n * clock / Fraction(rate)) for n in range(2000)]
    assert constant_rate(times, Fraction(1, clock), Fraction(25)) == Fraction(rate)


@given(st.fractions(1, 120, max_denominator=1001), st.integers(2, 500))
def test_any_rate_is_constant(rate: Fraction, pictures: int) -> None:
    times = [round(n * 90_000 / rate) for n in range(pictures)]
    assert constant_rate(times, Fraction(1, 90_000), rate) is not None


def test_a_picture_two_ticks_late_is_not_constant() -> None:
    times = [3600 * n for n in range(100)]
    times[50] += 2
    assert constant_rate(times, Fraction(1, 90_000), Fraction(25)) is None


def test_one_picture_has_no_rate() -> None:
    assert constant_rate([0], Fraction(1, 90_000), Fraction(25)) is None
