from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from processing.packaging import segments
from processing.packaging.fragments import Fragment
from processing.packaging.segments import Keyframe, Segment, group


def row(durations: list[int], start: int = 0) -> list[Fragment]:
    made, offset = [], 1000
    for number, duration in enumerate(durations):
        made.append(Fragment(offset, 10 + number, start, duration, duration, True, start, 5))
        offset, start = offset + 10 + number, start + duration
    return made


def test_two_gops_make_a_segment() -> None:
    made = group(row([60060] * 5), 4 * 30000)
    assert [(s.start, s.duration) for s in made] == [(0, 120120), (120120, 120120), (240240, 60060)]
    assert made[0].offset == 1000
    assert [segment.frames for segment in made] == [120120, 120120, 60060]


def test_audio_stays_beside_the_frames_over_hours() -> None:
    made = group(row([24 * 1024] * 20_000), 4 * 48000)
    for number, segment in enumerate(made[1:], 1):
        assert abs(segment.start - number * 4 * 48000) <= 12 * 1024


def test_nothing_makes_nothing() -> None:
    assert group([], 100) == ()


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 500), st.integers(0, 10**9))
def test_segments_are_all_the_fragments_in_order(
    durations: list[int], target: int, start: int
) -> None:
    fragments = row(durations, start)
    made = group(fragments, target)
    assert sum(s.size for s in made) == sum(f.size for f in fragments)
    assert sum(s.duration for s in made) == sum(durations)
    assert all(a.end == b.start and a.offset + a.size == b.offset for a, b in pairwise(made))
    assert segments.from_json(json.loads(json.dumps(segments.to_json(made)))) == made


def test_a_segment_names_the_keyframe_of_each_fragment() -> None:
    made = group(row([60060] * 2), 4 * 30000)
    assert made[0].keyframes == (Keyframe(1000, 5, 60060), Keyframe(1010, 5, 60060))
    assert segments.to_json(made) == [
        [1000, 21, 120120, 0, 120120, [1000, 5, 60060, 1010, 5, 60060]]
    ]


def test_rows_without_keyframes_still_read() -> None:
    assert segments.from_json([[0, 10, 5, 0, 5]]) == (Segment(0, 10, 5, 0, 5),)
    assert segments.to_json([Segment(0, 10, 5, 0, 5)]) == [[0, 10, 5, 0, 5]]


@given(st.lists(st.integers(1, 400), max_size=60), st.integers(100, 500))
def test_no_segment_is_much_longer_than_the_target(durations: list[int], target: int) -> None:
    for segment in group(row(durations), target):
        assert segment.duration <= 1.5 * target or len(segment.keyframes) == 1
