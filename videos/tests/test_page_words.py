"""Sizes, times and errors in words."""

import pytest

from videos.models import Video
from videos.pages import words


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (0.04, "0.04 s"),
        (0.004, "0.01 s"),
        (0.3, "0.3 s"),
        (0.94, "0.9 s"),
        (0.96, "0:01"),
        (1.4, "0:01"),
        (7, "0:07"),
        (19.97, "0:20"),
        (59.6, "1:00"),
        (754, "12:34"),
        (3723, "1:02:03"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "whole", "shown"),
    [(12.9, 754, "0:12 of 12:34 can be watched"), (3723, 0, "1:02:03 can be watched")],
)
def test_what_can_be_watched(seconds: float, whole: float, shown: str) -> None:
    assert words.available(seconds, whole) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (842, "842 bytes"),
        (3_400, "3.4 kB"),
        (39_000_000, "39 MB"),
        (536_870_912, "537 MB"),
        (7_100_000_000_000, "7.1 TB"),
    ],
)
def test_sizes(count: int, shown: str) -> None:
    assert words.size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, ""),
        (0, "A few seconds left"),
        (9, "A few seconds left"),
        (33, "35 s left"),
        (56, "1 min left"),
        (90, "2 min left"),
        (3599, "60 min left"),
        (5400, "1.5 h left"),
    ],
)
def test_time_left(seconds: int | None, shown: str) -> None:
    assert words.time_left(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (999, "999 bytes"),
        (1536, "1.5 KiB"),
        (512 * 1024**2, "512 MiB"),
        (10 * 1024**3, "10 GiB"),
        (2 * 10**9, "2.0 GB"),
    ],
)
def test_limits(count: int, shown: str) -> None:
    assert words.limit(count) == shown


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [(0, "Next"), (1, "2nd"), (2, "3rd"), (3, "4th"), (10, "11th"), (11, "12th"), (111, "112th"),
     (20, "21st")],
)  # fmt: skip
def test_places(ahead: int, shown: str) -> None:
    assert words.place(ahead) == f"{shown} in the queue"


def test_every_status_has_a_word() -> None:
    assert set(words.STATUSES) == set(Video.Status)


def test_a_file_at_fault_is_not_worth_a_retry() -> None:
    assert not words.retry_may_help("source_truncated")
    assert words.retry_may_help("worker_crashed")
    assert words.advice("a_code_of_tomorrow").startswith("Try again")
