"""What was decoded is held against what the source holds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from processing.ffmpeg.counted import Counted
from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.planning.plan import plan_of
from processing.ffmpeg.planning.span_plan import WHOLE
from processing.ffmpeg.tests.clips import video_stream
from processing.steps import completeness
from processing.steps.completeness import EncodedSpan

AUDIO = AudioStream(1, "aac", 2, 48_000, "eng", Fraction(1, 48_000), 0, 10.0, None)
MEDIA = Media("matroska,webm", 10.0, 1, None, video_stream(closed_gops=True), (AUDIO,))
ALL = Counted(frames=250, shown=250, sound={"audio": 10.0})


def codes(*counted: Counted, media: Media = MEDIA, seek: int | None = None) -> list[str]:
    spans = [EncodedSpan(replace(WHOLE, seek=seek), one) for one in counted]
    return [one.code for one in completeness.found(media, plan_of(media, DEFAULT), spans)]


def test_what_is_all_there_needs_no_word() -> None:
    half = Counted(frames=125, shown=125, sound={"audio": 5.0})
    assert codes(ALL) == codes(half, half) == []


@pytest.mark.parametrize(
    ("counted", "found"),
    [
        (replace(ALL, frames=247, shown=247, complaints={"0": 3}), ["frames_undecodable"]),
        (replace(ALL, complaints={"0": 3}), ["frames_damaged"]),
        (replace(ALL, shown=240), ["frames_dropped"]),
        (replace(ALL, complaints={"size": 1}), ["size_changed_midway"]),
        (replace(ALL, sound={"audio": 8.0}), ["audio_incomplete"]),
        (replace(ALL, complaints={"1": 2}), ["audio_damaged"]),
        (replace(ALL, complaints={"7": 2}), []),  # of a stream that is not made
        (replace(ALL, sound={}), []),  # repackaged
        (replace(ALL, sound={"audio": 7.0}, longest=3.1), ["gap_filled"]),
        (replace(ALL, longest=3.1), []),  # a slide that stays
        (replace(ALL, frames=125, shown=125), []),  # a packet for each of two fields
    ],
)
def test_what_is_missing_is_said(counted: Counted, found: list[str]) -> None:
    assert codes(counted) == found


def test_the_numbers_are_those_of_all_spans() -> None:
    spans = [EncodedSpan(WHOLE, replace(ALL, frames=124, shown=124, complaints={"0": 1}))] * 2
    (notice,) = completeness.found(MEDIA, plan_of(MEDIA, DEFAULT), spans[:2])
    assert notice.details == {"missing": 2, "frames": 250}


def test_where_decoding_begins_in_an_open_group_complaints_mean_nothing() -> None:
    opened = replace(MEDIA, video=video_stream(closed_gops=False))
    complained = replace(ALL, complaints={"0": 3})
    assert codes(complained, media=opened, seek=100) == []
    assert codes(complained, media=opened) == ["frames_damaged"]
