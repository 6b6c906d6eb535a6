"""The grid on which frames of no constant rate are shown."""

from __future__ import annotations

from fractions import Fraction

import pytest

from processing.ffmpeg.probing import rates

MILLISECOND = Fraction(1, 1000)


@pytest.mark.parametrize("times", [(0, 1000, 1017), (0, 1000, 2000, 2017), (0, 3500, 3517)])
def test_a_rate_that_is_followed_better_is_not_taken_where_frames_share_a_place(
    times: tuple[int, ...],
) -> None:
    """At 30 each has a place of its own; at 29.97, which fits as well, the last two share one."""
    rate = rates.grid_of(times, MILLISECOND)
    assert rates.shared_places(times, rate, MILLISECOND) == 0
