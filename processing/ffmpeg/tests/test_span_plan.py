"""Where a timeline is cut: pure, so told by tables and properties."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.tests.clips import video_stream

BASE = 90_000
MP4 = "mov,mp4,m4a,3gp,3g2,mj2"


def media_of(
    seconds: float, rate: Fraction = Fraction(25), container: str = MP4, **changes: Any
) -> Media:
    times = {"frame_rate": rate, "time_base": Fraction(1, BASE), "duration": seconds}
    video = video_stream(**times, **changes)
    return Media(container, seconds, 1, None, video, ())


def line_of(seconds: float, gop: float = 2.0) -> Timeline:
    keyframes = tuple(range(0, round(seconds * BASE), round(gop * BASE)))
    end = round(seconds * BASE)
    return Timeline(keyframes, round(seconds * 25), 0, end, True, True, True)


def lengths(spans: Sequence[Span], total: int) -> list[float]:
    """Seconds of each span at 25 frames a second."""
    borders = [*(span.first_frame for span in spans), total]
    return [(b - a) / 25 for a, b in pairwise(borders)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.04, [0.04]),
        (2.8, [2.8]),
        (3, [1, 2]),
        (5, [1, 4]),
        (10, [1, 3, 4, 2]),
        (60, [1, 3, 4, 4, 8, 8, 8, 8, 8, 8]),
        (600, [1, 3, 4, 4, *[8] * 73, 4]),
    ],
)
def test_spans_begin_short_and_grow(seconds: float, expected: list[float]) -> None:
    spans = span_plan.plan(media_of(seconds), line_of(seconds), DEFAULT)
    assert lengths(spans, round(seconds * 25)) == expected


@pytest.mark.parametrize(
    ("size", "codec", "rate", "longest"),
    [
        ((640, 360), "h264", 25, 60),
        ((1280, 720), "h264", 25, 16),
        ((1920, 1080), "h264", 25, 8),
        ((1920, 1080), "av1", 60, 2),
        ((3840, 2160), "h264", 30, 2),
        ((3840, 2160), "av1", 60, 2),
    ],
)
def test_what_is_heavy_is_cut_shorter_so_that_nobody_waits_long(
    size: tuple[int, int], codec: str, rate: int, longest: int
) -> None:
    media = media_of(1200, Fraction(rate), width=size[0], height=size[1], codec=codec)
    spans = span_plan.plan(media, line_of(1200), DEFAULT)
    borders = [span.first_frame for span in spans]
    assert max(b - a for a, b in pairwise(borders)) == longest * rate


@pytest.mark.parametrize("hours", [1, 6, 12, 24 * 7])
@pytest.mark.parametrize("copied", [True, False])
def test_a_run_has_a_bounded_number_of_spans(hours: int, copied: bool) -> None:
    seconds = hours * 3600.0
    media = media_of(seconds, Fraction(60), width=3840, height=2160, codec="h264")
    line = line_of(seconds, gop=max(2, seconds / 40_000))
    planned = span_plan.plan(media, line, replace(DEFAULT, copies=copied))
    assert len(planned) <= span_plan.MAX_SPANS
    sound = span_plan.plan(replace(media, video=None), None, DEFAULT)
    assert len(sound) <= span_plan.MAX_SPANS


def copied_media(seconds: float) -> Media:
    media = media_of(seconds, Fraction(25), constant_rate=Fraction(25), edited=False)
    assert media.video is not None
    return replace(media, video=replace(media.video, bitrate=1_000_000))


@pytest.mark.parametrize("copied", [True, False])
def test_planning_takes_no_longer_with_more_keyframes(copied: bool) -> None:
    # Each frame of twelve hours is a keyframe.
    media, line = copied_media(43_200), line_of(43_200, gop=1 / 25)
    profile = replace(DEFAULT, copies=copied)
    began = time.process_time()
    spans = span_plan.plan(media, line, profile)
    assert spans[0].copies == copied
    assert time.process_time() - began < 5


def test_borders_are_moved_to_where_little_is_decoded_twice() -> None:
    spans = span_plan.plan(media_of(600, width=640, height=360), line_of(600, gop=10), DEFAULT)
    lead = [span.first_frame / 25 - (span.seek or 0) / BASE for span in spans]
    assert sum(lead) < 60
    assert len(spans) >= 8


def test_a_source_with_one_keyframe_is_cut_only_where_it_costs_little() -> None:
    spans = span_plan.plan(media_of(120), line_of(120, gop=1000), DEFAULT)
    assert lengths(spans, 3000) == [1, 3, 116]


def test_a_frame_that_stays_is_cut_as_any_other() -> None:
    sound = AudioStream(1, "aac", 2, 48_000, "und", Fraction(1, 48_000), 0, 300.0, None)
    media = replace(media_of(1, Fraction(25)), audio=(sound,), duration=300.0)
    spans = span_plan.plan(media, line_of(1), DEFAULT)
    assert len(spans) >= 8


def test_every_span_begins_two_frames_after_its_keyframe() -> None:
    media, line = media_of(20), line_of(20)
    spans = span_plan.plan(media, line, DEFAULT, seconds=4)
    assert [span.first_frame for span in spans] == [0, 100, 200, 300, 400]
    assert [span.seek for span in spans] == [None, 2 * BASE, 6 * BASE, 10 * BASE, 14 * BASE]


def test_where_frames_stand_on_the_grid_a_span_begins_with_its_keyframe() -> None:
    media = media_of(20)
    assert media.video is not None
    media = replace(media, video=replace(media.video, constant_rate=media.video.frame_rate))
    spans = span_plan.plan(media, line_of(20), replace(DEFAULT, copies=False), seconds=4)
    assert [span.seek for span in spans] == [None, 4 * BASE, 8 * BASE, 12 * BASE, 16 * BASE]
    opened = span_plan.plan(media, replace(line_of(20), closed=False), DEFAULT, seconds=4)
    assert [span.seek for span in opened] != [span.seek for span in spans]


def test_in_transport_streams_the_keyframe_before_is_sought() -> None:
    media = media_of(20, container="mpegts")
    spans = span_plan.plan(media, line_of(20), DEFAULT, seconds=4)
    assert [span.seek for span in spans] == [None, None, 4 * BASE, 8 * BASE, 12 * BASE]


@pytest.mark.parametrize(
    ("media", "line", "reason"),
    [
        (media_of(20), None, "nothing reliable"),
        (media_of(20), replace(line_of(20), steady=False), "jumps"),
        (media_of(20, container="mpegvideo"), line_of(20), "bare"),
        (replace(media_of(20, container="aac"), video=None), None, "bare"),
    ],
)
def test_what_cannot_be_cut_is_whole_for_a_reason(
    media: Media, line: Timeline | None, reason: str
) -> None:
    assert reason in (span_plan.why_whole(media, line) or "")
    assert span_plan.plan(media, line, DEFAULT) == (span_plan.WHOLE,)


def test_audio_alone_is_cut_in_packets() -> None:
    media = replace(media_of(100, container="flac"), video=None)
    spans = span_plan.plan(media, None, DEFAULT)
    assert [span.first_packet for span in spans] == [0, 188, 562, 1312, 2812]
    assert [span.first_frame for span in spans] == [0] * 5
    assert spans[-1].last
    assert not any(span.whole for span in spans)


@settings(deadline=None)
@given(
    seconds=st.floats(0.04, 2000),
    rate=st.sampled_from([Fraction(n) for n in (1, 10, 24, 25, 30, 50, 60)]
                         + [Fraction(n * 1000, 1001) for n in (24, 30, 60)]),
    gop=st.floats(0.5, 100),
    forced=st.none() | st.sampled_from([2.0, 4.0, 8.0]),
    container=st.sampled_from([MP4, "mpegts", "matroska,webm"]),
)  # fmt: skip
def test_spans_cover_the_timeline_whatever_it_is(
    seconds: float, rate: Fraction, gop: float, forced: float | None, container: str
) -> None:
    media, line = media_of(seconds, rate, container), line_of(seconds, gop)
    spans = span_plan.plan(media, line, DEFAULT, seconds=forced)
    step = span_plan.gop_frames(rate, DEFAULT)
    assert [span.number for span in spans] == list(range(len(spans)))
    assert spans[0].first_frame == spans[0].first_packet == 0
    assert spans[-1].end_frame is None and spans[-1].end_packet is None
    for a, b in pairwise(spans):
        assert (a.end_frame, a.end_packet) == (b.first_frame, b.first_packet)
        assert b.first_frame % step == 0 or b.number == 1
        assert abs(b.first_packet * 1024 / 48_000 - b.first_frame / rate) <= 512 / 48_000 + 1e-9
        if b.seek is not None:
            assert b.seek in line.keyframes
            assert Fraction(b.seek, BASE) * rate <= b.first_frame - 2
    if len(spans) > 1:
        assert seconds * rate - spans[-1].first_frame >= step - 1
    assert tuple(Span.from_json(json.loads(json.dumps(s.to_json()))) for s in spans) == spans
