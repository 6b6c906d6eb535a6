"""Where a preview looks for something to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.planning import moments
from processing.ffmpeg.planning.moments import Gop, Stretch


def film(seconds: int, busy: set[int]) -> list[Gop]:
    """GOPs of two seconds in one file; those that begin at a `busy` second cost most."""
    return [
        Gop(float(at), float(seconds), 500.0, 900.0 if at in busy else 100.0)
        for at in range(0, seconds, 2)
    ]


def test_a_short_film_is_shown_whole() -> None:
    assert moments.candidates(5.96, film(6, set())) == [[Stretch(0.0, 5.96)]]


def test_each_quarter_is_looked_at_where_most_happens() -> None:
    found = moments.candidates(40.0, film(40, {4, 12, 28, 36}))
    assert [among[0].start for among in found] == [4.0, 12.0, 28.0, 36.0]


def test_the_edges_of_a_long_film_are_left_out() -> None:
    found = moments.candidates(200.0, film(200, {0, 2, 4, 194, 198}))
    assert all(one.start >= 10 and one.end <= 190 for among in found for one in among)


def test_a_still_is_worth_nothing_however_detailed() -> None:
    assert Gop(0, 9, 90_000, 0).worth < Gop(0, 9, 500, 10).worth


@given(
    seconds=st.floats(6.01, 20_000),
    lengths=st.lists(st.tuples(st.floats(0.04, 4), st.integers(0, 9)), max_size=40),
)
def test_stretches_never_overlap_nor_leave_the_film(
    seconds: float, lengths: list[tuple[float, int]]
) -> None:
    gops, at = [], 0.0
    for length, cost in lengths:
        gops.append(Gop(at, seconds, cost, cost))
        at += length
    found = moments.candidates(seconds, gops)
    assert len(found) == moments.STRETCHES
    ends = [0.0]
    for among in found:
        assert all(one.start >= ends[-1] - 1e-6 for one in among)
        ends.append(max(one.end for one in among))
    assert ends[-1] <= seconds + 1e-6


def test_no_stretch_goes_on_past_the_end_of_its_file() -> None:
    gops = [Gop(float(at), at + 1.0, 9, 9) for at in range(39)]
    gops.append(Gop(37.0, 40.0, 1, 1))
    assert moments.candidates(40.0, gops)[3] == [Stretch(37.0, moments.STRETCH_SECONDS)]
