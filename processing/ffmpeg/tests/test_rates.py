from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.commands import timescale
from processing.ffmpeg.rates import natural_rate

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
    assert natural_rate(pair[0], pair[1], fields=fields) == expected


@given(
    st.none() | st.fractions(Fraction(1, 10**6), 10**6),
    st.none() | st.fractions(Fraction(1, 10**6), 10**6),
    st.booleans(),
)
def test_any_pair_gives_a_rate_we_can_encode(
    base: Fraction | None, average: Fraction | None, fields: bool
) -> None:
    rate = natural_rate(base, average, fields=fields)
    assert 0.99 <= rate <= 60
    ticks = timescale(rate) / rate
    assert ticks.denominator == 1
    assert 10_000 <= timescale(rate) < 2**31
