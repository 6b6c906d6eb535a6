"""How long a job still takes: nothing before a pace is measured, and honest from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.monitoring.forecast import Pace, Work, seconds_left

FRESH = Pace(seconds_per_cost=None, closing_seconds=None, workers=2)
KNOWN = Pace(seconds_per_cost=2.0, closing_seconds=3.0, workers=2)
# Ten tasks of ten, none begun.
WHOLE = Work(
    whole=100.0, left=100.0, longest=10.0, waiting=10, ahead=0.0, beside=0.0, done=0.0,
    done_seconds=0.0,
)  # fmt: skip


def test_nothing_is_said_before_the_file_was_looked_at() -> None:
    unknown = replace(WHOLE, whole=0.0, left=0.0, longest=0.0, waiting=0)
    for pace in (FRESH, KNOWN):
        for at_work in (False, True):
            assert seconds_left(unknown, pace, at_work=at_work) is None


def test_nothing_is_said_before_a_pace_is_measured() -> None:
    assert seconds_left(WHOLE, FRESH, at_work=True) is None
    barely = replace(WHOLE, left=99.0, done=1.0, done_seconds=5.0)
    assert seconds_left(barely, FRESH, at_work=True) is None


def test_the_jobs_own_pace_is_enough() -> None:
    begun = replace(WHOLE, left=90.0, waiting=9, done=10.0, done_seconds=10.0)
    assert seconds_left(begun, FRESH, at_work=True) == 45


def test_nothing_is_said_while_there_is_no_worker() -> None:
    assert seconds_left(WHOLE, replace(KNOWN, workers=0), at_work=False) is None
    assert seconds_left(WHOLE, replace(KNOWN, workers=0), at_work=True) == 203


def test_the_queue_counts() -> None:
    assert seconds_left(WHOLE, KNOWN, at_work=False) == 103
    assert seconds_left(replace(WHOLE, ahead=50.0), KNOWN, at_work=False) == 153
    assert seconds_left(replace(WHOLE, ahead=50.0, beside=10.0), KNOWN, at_work=False) == 163


def test_others_do_not_hold_up_what_all_runs_already() -> None:
    last = replace(WHOLE, left=5.0, longest=5.0, waiting=0, done=95.0, done_seconds=190.0)
    assert seconds_left(replace(last, beside=500.0), KNOWN, at_work=True) == 13


def test_one_long_part_is_made_by_one_worker() -> None:
    whole = replace(WHOLE, longest=100.0, waiting=1)
    assert seconds_left(whole, replace(KNOWN, workers=64), at_work=False) == 203


def test_what_is_made_counts_more_the_more_of_it_there_is() -> None:
    told = [
        seconds_left(
            replace(WHOLE, left=100.0 - done, longest=100.0 - done, waiting=0, done=done,
                    done_seconds=4 * done),
            replace(KNOWN, closing_seconds=None), at_work=True,
        )
        for done in (1.0, 10.0, 50.0)
    ]  # fmt: skip
    assert [
        round((seconds or 0) / left, 1) for seconds, left in zip(told, (99, 90, 50), strict=True)
    ] == [
        2.1,
        2.6,
        3.3,
    ]


def test_publishing_is_told_by_how_long_it_took_lately() -> None:
    over = replace(WHOLE, left=0.0, longest=0.0, waiting=0, done=100.0, done_seconds=100.0)
    assert seconds_left(over, KNOWN, at_work=True) == 3
    assert seconds_left(over, replace(KNOWN, closing_seconds=None), at_work=True) is None


@given(
    st.builds(
        Work,
        whole=st.floats(0, 1e6),
        left=st.floats(0, 1e6),
        longest=st.floats(0, 1e6),
        waiting=st.integers(0, 1000),
        ahead=st.floats(0, 1e6),
        beside=st.floats(0, 1e6),
        done=st.floats(0, 1e6),
        done_seconds=st.floats(0, 1e6),
    ),
    st.booleans(),
)
def test_no_less_than_a_second_is_ever_left(work: Work, at_work: bool) -> None:
    for pace in (FRESH, KNOWN):
        told = seconds_left(work, pace, at_work=at_work)
        assert told is None or told >= 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_an_even_pace_is_told_evenly(share: float) -> None:
    done = 100.0 * share
    work = replace(WHOLE, left=100.0 - done, longest=1.0, done=done, done_seconds=2 * done)
    told = seconds_left(work, replace(KNOWN, closing_seconds=0.0), at_work=True)
    assert told == pytest.approx(100.0 * (1 - share), abs=1)
