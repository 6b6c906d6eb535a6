"""Each thing that can be wrong is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from processing.packaging.boxes import Fragment, Track
from processing.packaging.checker import (
    CheckFailed,
    Finding,
    ReleaseTrack,
    check_alignment,
    check_chunk,
    check_release,
    require,
)
from processing.packaging.segments import Segment, group

FRAGMENTS = tuple(Fragment(100 + n * 1000, 1000, n * 50, 50, 50, True, n * 50) for n in range(4))
GOOD = Track(b"init", 25, "avc1.640028", 640, 360, "vide", FRAGMENTS)


def codes(findings: list[Finding]) -> list[str]:
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
        (broken(2, start=101), ["not_continuous", "not_continuous"]),
        (broken(0, composition_start=2), ["late_start"]),
        (broken(3, samples=30), ["frame_count"]),
        (replace(GOOD, width=642), ["picture_size"]),
    ],
)
def test_what_is_wrong_with_a_chunk_is_found(track: Track, expected: list[str]) -> None:
    assert codes(check_chunk(track, frames=200, width=640, height=360)) == expected


def test_a_later_chunk_starts_where_it_should() -> None:
    later = replace(GOOD, fragments=FRAGMENTS[2:])
    assert check_chunk(later, start=100) == []
    assert "not_continuous" in codes(check_chunk(later))


def test_rungs_that_are_not_aligned_are_found() -> None:
    shorter = replace(GOOD, fragments=FRAGMENTS[:3])
    assert check_alignment({"a": GOOD, "b": GOOD}) == []
    assert codes(check_alignment({"a": GOOD, "b": shorter})) == ["not_aligned"]


def release_track(name: str = "a", **changes: Any) -> ReleaseTrack:
    made = group(FRAGMENTS, 100)
    plain = ReleaseTrack(name, 25, made, 4.0, 4000, 4000, [4.0, 4.0])
    return replace(plain, **changes)


def test_a_good_release_has_no_findings() -> None:
    tracks = [release_track("a"), release_track("b")]
    assert check_release(tracks, [release_track("audio")], duration=8.02) == []


GAP = (Segment(0, 2000, 100, 0, 100), Segment(2000, 2000, 100, 101, 100))
LONG = (Segment(0, 4000, 200, 0, 200),)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"segments": ()}, "empty"),
        ({"segments": GAP}, "not_continuous"),
        ({"segments": LONG}, "overlong"),
        ({"extinf": [4.0, 3.0]}, "extinf"),
        ({"bandwidth": 3000}, "bandwidth"),
        ({"average_bandwidth": 5000}, "average_bandwidth"),
    ],
)
def test_what_is_wrong_with_a_release_is_found(changes: dict[str, Any], expected: str) -> None:
    assert expected in codes(check_release([release_track(**changes)]))


def test_lengths_and_borders_that_differ_are_found() -> None:
    half = release_track("half", segments=group(FRAGMENTS[:2], 100), extinf=[4.0])
    assert codes(check_release([release_track(), half])) == ["not_aligned"]
    assert codes(check_release([release_track()], [half])) == ["length"]
    assert codes(check_release([release_track()], duration=20)) == ["length"]


def test_findings_are_raised_only_where_they_are_required() -> None:
    require([])
    with pytest.raises(CheckFailed) as caught:
        require([Finding("empty", "Nothing is there.")])
    assert (caught.value.code, caught.value.message) == ("output_invalid", "Nothing is there.")
    assert codes(list(caught.value.findings)) == ["empty"]
