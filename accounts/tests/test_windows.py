"""A sliding window lets in what it promises, in Redis as in one process."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from accounts import windows
from accounts.windows import SLICES, Count, LocalWindows, Window, tally

START = 1_800_000_000.0
# Steps of time between requests, in hundredths of a second.
STEPS = st.lists(st.integers(0, 1500), min_size=1, max_size=60)
NUMBERS = st.integers(1, 8)
SECONDS = st.sampled_from([1, 10, 60])


def _moments(steps: list[int]) -> list[float]:
    return [START + total / 100 for total in itertools.accumulate(steps)]


def _take(local: LocalWindows, window: Window, now: float, amount: int = 1) -> Count:
    found = local.take([window], now, amount, amount)[0]
    return windows._counted(window, found, now)


@given(STEPS, NUMBERS, SECONDS)
def test_no_span_of_its_length_lets_in_more(steps: list[int], number: int, seconds: int) -> None:
    local, window = LocalWindows(), Window("w", number, seconds)
    let_in = [now for now in _moments(steps) if not _take(local, window, now).is_full]
    for first, beyond in zip(let_in, let_in[number:], strict=False):
        assert beyond - first > seconds


@given(STEPS, NUMBERS, SECONDS)
def test_who_stays_below_it_is_never_refused(steps: list[int], number: int, seconds: int) -> None:
    local, window = LocalWindows(), Window("w", number, seconds)
    span = seconds * (1 + 1 / SLICES)
    asked: list[float] = []
    for now in _moments(steps):
        if sum(now - at < span + 0.01 for at in asked) < number:
            asked.append(now)
            assert not _take(local, window, now).is_full


@given(STEPS, NUMBERS, SECONDS)
def test_who_waits_as_told_is_let_in(steps: list[int], number: int, seconds: int) -> None:
    local, window = LocalWindows(), Window("w", number, seconds)
    for now in _moments(steps):
        count = _take(local, window, now)
        if count.is_full:
            assert 0 < count.seconds <= seconds * (1 + 1 / SLICES)
            # A refusal costs nothing, and one hundredth stands for the rounding of times.
            assert not local.take([window], now + count.seconds + 0.01, 0, 1)[0].is_full


@given(STEPS, NUMBERS, SECONDS, st.integers(1, 9))
def test_what_is_taken_back_leaves_no_trace(
    steps: list[int], number: int, seconds: int, amount: int
) -> None:
    local, window = LocalWindows(), Window("w", number, seconds)
    for now in _moments(steps):
        before = dict(local._slices(window, now))
        if not local.take([window], now, amount, amount)[0].is_full:
            local.take([window], now, -amount, -amount)
        after = local._slices(window, now)
        assert {at: n for at, n in after.items() if n} == {at: n for at, n in before.items() if n}


def test_all_windows_count_or_none() -> None:
    local, wide, narrow = LocalWindows(), Window("wide", 9, 60), Window("narrow", 1, 60)
    full = [local.take([wide, narrow], START, 1, 1) for _ in range(3)]
    assert [[one.is_full for one in found] for found in full] == [
        [False, False],
        [False, True],
        [False, True],
    ]
    assert local.take([wide], START, 0, 1)[0].used == 1


def test_the_memory_of_a_process_is_bounded() -> None:
    local = LocalWindows(most=100)
    for number in range(1000):
        local.take([Window(str(number), 1, 60)], START, 1, 1)
    assert len(local._known) == 100
    assert local.take([Window("999", 1, 60)], START, 1, 1)[0].is_full


def test_redis_counts_as_a_process_does() -> None:
    """The same steps in both; the script is one implementation, `tally` the other."""
    local = LocalWindows()
    pair = [Window("one", 3, 10), Window("another", 5, 60)]
    for window in pair:
        cache.delete(window.name)
    steps = [0, 10, 30, 0, 250, 400, 20, 90, 700, 0, 0, 5, 1000, 3000, 10, 7000, 1, 1, 1, 1]
    for number, now in enumerate(_moments(steps)):
        amount = (1, 2, -1, 1)[number % 4]
        there = windows._in_redis(pair, now, amount, amount)
        assert there == local.take(pair, now, amount, amount), number


def test_a_window_in_redis_ends_by_itself() -> None:
    window = Window("ends", 3, 10)
    windows.take([window], now=START)
    redis: Any = cache
    left = redis._cache.get_client(None).pttl(redis.make_key(window.name))
    assert 0 < left <= 12_000
    windows.forget(window)
    assert windows.take([window], now=START, count=False)[0].used == 0


@pytest.mark.parametrize(("amount", "full"), [(3, False), (4, False), (5, False)])
def test_an_amount_larger_than_a_window_takes_all_of_it(amount: int, full: bool) -> None:
    window = Window("w", 4, 60)
    assert tally({}, window, START, amount).is_full is full
    assert tally({window.slice_at(START): 1}, window, START, amount).is_full is (amount > 3)
