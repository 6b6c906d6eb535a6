"""Each thing that can be wrong is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from processing.packaging.checker import (
    CheckFailed,
    Violation,
    check_alignment,
    check_chunk,
    require,
)
from processing.packaging.fragments import Fragment
from processing.packaging.track import Track

FRAGMENTS = tuple(Fragment(100 + n * 1000, 1000, n * 50, 50, 50, True, n * 50) for n in range(4))
GOOD = Track(b"init", 25, "avc1.640028", 640, 360, "vide", FRAGMENTS)


def codes(findings: list[Violation]) -> list[str]:
    return [finding.code for finding in findings]


def broken(number: int, **changes: Any) -> Track:
    fragments = list(FRAGMENTS)
    fragments[number] = replace(fragments[number], **changes)
    return replace(GOOD, fragments=tuple(fragments))


def test_a_good_chunk_has_no_findings() -> None:
    assert check_chunk(GOOD, frames=201, width=640, height=360) == []


@pytest.mark.parametrize(
    ("track", "expected"),
    [
        (replace(GOOD, fragments=()), ["empty"]),
        (broken(2, starts_with_sync=False), ["no_sync"]),
        (broken(2, start=101), ["not_continuous", "late_start", "not_continuous"]),
        (broken(0, composition_start=2), ["late_start"]),
        (broken(2, composition_start=102), ["late_start"]),
        (broken(1, evenly_shown=False), ["uneven"]),
        (broken(3, samples=30), ["frame_rate", "frame_count"]),
        (replace(GOOD, width=642), ["picture_size"]),
        (replace(GOOD, upright=False), ["turned"]),
    ],
)
def test_what_is_wrong_with_a_chunk_is_found(track: Track, expected: list[str]) -> None:
    assert (
        codes(check_chunk(track, frames=200, width=640, height=360, rate=Fraction(25))) == expected
    )


def test_a_later_chunk_starts_where_it_should() -> None:
    later = replace(GOOD, fragments=FRAGMENTS[2:])
    assert check_chunk(later, start=100) == []
    assert "not_continuous" in codes(check_chunk(later))


def test_rungs_that_are_not_aligned_are_found() -> None:
    shorter = replace(GOOD, fragments=FRAGMENTS[:3])
    assert check_alignment({"a": GOOD, "b": GOOD}) == []
    assert codes(check_alignment({"a": GOOD, "b": shorter})) == ["not_aligned"]


def test_findings_are_raised_only_where_they_are_required() -> None:
    require([])
    require([Violation("peaky", "It could be better.", must=False)])
    with pytest.raises(CheckFailed) as caught:
        require([Violation("empty", "Nothing is there.")])
    assert (caught.value.code, caught.value.message) == ("output_invalid", "Nothing is there.")
    assert codes(list(caught.value.findings)) == ["empty"]


AAC = Track(b"", 48_000, "mp4a.40.2", 0, 0, "soun", ())


def sound(*units: tuple[tuple[int, int] | None, int]) -> Track:
    """A track of fragments of three access units: what the first two last, and the last."""
    fragments, start = [], 0
    for between, last in units:
        length = sum(between or (0, 0)) + last
        fragments.append(
            Fragment(0, 100, start, length, 3, True, start, units=between, last_unit=last)
        )
        start += length
    return replace(AAC, fragments=tuple(fragments))


@pytest.mark.parametrize(
    ("track", "expected"),
    [
        (sound(((1024, 1024), 1024), ((1024, 1024), 1024)), []),
        (sound(((1024, 1024), 1024), ((1024, 1024), 300)), []),
        (sound((None, 1024)), []),
        (sound(((1024, 1024), 300), ((1024, 1024), 1024)), ["access_units"]),
        (sound(((1, 1024), 1024), ((1024, 1024), 1024)), ["access_units"]),
        (sound(((1024, 1024), 1024), ((1024, 1300), 1024)), ["access_units"]),
        (sound(((1024, 1024), 1024), ((1024, 1024), 1400)), ["access_units"]),
    ],
)
def test_access_units_of_audio_last_what_they_should(track: Track, expected: list[str]) -> None:
    assert codes(check_chunk(track)) == expected
