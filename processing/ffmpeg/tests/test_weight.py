"""Estimates of memory lie above what was measured, and not far."""

from __future__ import annotations

from dataclasses import replace

import pytest

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import ladder, weight
from processing.ffmpeg.planning.ladder import DEFAULT, Step
from processing.ffmpeg.tests.clips import video_stream

_MEBI = 1024 * 1024


def media_of(width: int, height: int, codec: str, depth: int) -> Media:
    video = video_stream(width=width, height=height, codec=codec, bit_depth=depth)
    return Media("mov,mp4,m4a,3gp,3g2,mj2", 10.0, 1, None, video, ())


@pytest.mark.parametrize(
    ("size", "codec", "depth", "threads", "measured"),
    [
        ((640, 360), "h264", 8, 1, 94),
        ((640, 360), "av1", 10, 2, 113),
        ((1280, 720), "h264", 8, 2, 257),
        ((1280, 720), "av1", 10, 2, 283),
        ((1920, 1080), "h264", 8, 1, 384),
        ((1920, 1080), "hevc", 10, 2, 496),
        ((1920, 1080), "av1", 10, 2, 541),
        ((3840, 2160), "h264", 8, 1, 1281),
        ((3840, 2160), "h264", 8, 2, 1648),
        ((3840, 2160), "av1", 10, 1, 1407),
        ((3840, 2160), "av1", 10, 2, 1884),
    ],
)
def test_memory_is_estimated_on_the_safe_side(
    size: tuple[int, int], codec: str, depth: int, threads: int, measured: int
) -> None:
    media = media_of(*size, codec, depth)
    assert media.video is not None
    estimate = weight.memory_bytes(media, ladder.rungs_for(media.video, DEFAULT), threads)
    assert measured <= estimate / _MEBI <= 1.5 * measured


def test_audio_alone_weighs_little() -> None:
    media = Media("wav", 10.0, 1, None, None, ())
    assert weight.memory_bytes(media, (), 4) < 100 * _MEBI


@pytest.mark.parametrize(("threads", "measured"), [(1, 168), (2, 224)])
def test_av1_weighs_as_was_measured(threads: int, measured: int) -> None:
    media = media_of(1280, 720, "h264", 8)
    assert media.video is not None
    more = replace(DEFAULT, more_rungs=(Step(720, 35, 1_500_000, "av1", "8"),))
    without, beside = (ladder.rungs_for(media.video, one) for one in (DEFAULT, more))
    more_bytes = weight.memory_bytes(media, beside, threads) - weight.memory_bytes(
        media, without, threads
    )
    assert measured <= more_bytes / _MEBI <= 1.5 * measured
    core = weight.core_seconds(media, beside) - weight.core_seconds(media, without)
    assert core == pytest.approx(0.2 * 1.28 * 0.72 * 25)
