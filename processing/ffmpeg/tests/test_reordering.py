"""Frames of MPEG-1 and MPEG-2 that tell only when they are decoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.planning.plan import plan_encode
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.probing.reordering import are_counted, filled
from processing.ffmpeg.tests.clips import TINY, described, line_of, made_of, numbered, numbers_in

KINDS = {
    "a.mpg": ["-c:v", "mpeg2video", "-c:a", "mp2"],
    "b.mpg": ["-c:v", "mpeg2video", "-bf", "2", "-c:a", "mp2"],
    "c.mpg": ["-c:v", "mpeg1video", "-bf", "2", "-c:a", "mp2"],
    # FFmpeg tells some times of these twice.
    "d.vob": ["-c:v", "mpeg2video", "-bf", "2", "-g", "15", "-c:a", "ac3"],
}


def times(*lines: str) -> list[str]:
    return [line.decode().split(",")[0] for line in filled(line.encode() for line in lines)]


def test_what_others_refer_to_is_shown_when_the_next_is_decoded() -> None:
    stored = ["40,0,40,I", "N/A,40,40,P", "80,80,40,B", "120,120,40,B", "N/A,160,40,P"]
    assert times(*stored, "N/A,200,40,P") == ["40", "160", "80", "120", "200", "240"]


def test_behind_a_hole_or_on_another_clock_the_next_tells_nothing() -> None:
    assert times("N/A,0,40,P", "N/A,9000,40,P") == ["40", "9040"]
    assert times("N/A,9000,40,P", "N/A,0,40,P") == ["9040", "40"]


def test_what_tells_nothing_at_all_stays_so() -> None:
    assert times("N/A,N/A,40,P", "N/A,N/A,40,P") == ["N/A", "N/A"]
    assert times("N/A,0,N/A,P", "N/A,40,N/A,P") == ["40", "N/A"]


@given(st.lists(st.sampled_from("IPB"), max_size=300))
def test_nothing_is_lost_and_told_times_stay(kinds: list[str]) -> None:
    told = [
        f"{40 * n if kind == 'B' else 'N/A'},{40 * n},40,{kind}" for n, kind in enumerate(kinds)
    ]
    found = [line.decode() for line in filled(line.encode() for line in told)]
    assert [line.split(",", 1)[1] for line in found] == [line.split(",", 1)[1] for line in told]
    for before, after in zip(told, found, strict=True):
        assert before == after or before.startswith("N/A")


def test_frames_are_counted_where_times_are_muddled_and_end_where_they_should() -> None:
    steady = [0, 40, 80, 120, 160, 200, 240]
    assert are_counted(steady, Fraction(40))
    assert are_counted([0, 40, 40, 120, 160, 160, 240], Fraction(40))
    assert not are_counted([0, 40, 80, 120, 160, 200, 280], Fraction(40))
    assert not are_counted([0, 0, 0, 0, 0, 0, 240], Fraction(40))
    assert not are_counted([0], Fraction(40))


@pytest.mark.sampled(2)
@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_a_programme_stream_has_a_rate_and_is_cut(tmp_path: Path, name: str) -> None:
    path = numbered(tmp_path / name, *KINDS[name], count=150, sound="sine=f=440:d=6:r=48000")
    media = described(path)
    line = line_of(path, media)
    plan, _ = plan_encode(with_timeline(media, line), line, TINY)
    assert plan.grid is not None
    assert plan.grid.rate == 25
    assert plan.grid.frames == 150
    assert plan.notices == ()
    for seconds in (None, 2):
        _, made = made_of(path, tmp_path / f"out{seconds}", seconds=seconds)
        assert numbers_in(made.top) == list(range(150))
