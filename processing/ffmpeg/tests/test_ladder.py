from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.planning.ladder import DEFAULT, Profile, Step, rungs_for
from processing.ffmpeg.tests.clips import video_stream

FIVE = ["1080p", "720p", "480p", "360p", "240p"]
TINY = Profile("tiny", (*DEFAULT.rungs, Step(144, 25, 200_000)))


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (7680, 4320, ["2160p", "1440p", *FIVE]),
        (3840, 2160, ["2160p", "1440p", *FIVE]),
        (2560, 1440, ["1440p", *FIVE]),
        (1920, 1080, FIVE),
        (1920, 1088, FIVE),
        (1080, 1920, FIVE),
        (1600, 900, ["900p", *FIVE[1:]]),
        (1280, 720, FIVE[1:]),
        (854, 480, FIVE[2:]),
        (853, 481, FIVE[2:]),
        (434, 343, ["342p", "240p"]),
        (320, 180, ["180p"]),
        (16, 16, ["16p"]),
        (1, 1, ["2p"]),
        (4096, 16, ["16p"]),
    ],
)
def test_rungs_by_the_short_side(width: int, height: int, expected: list[str]) -> None:
    rungs = rungs_for(video_stream(width=width, height=height), DEFAULT)
    assert [rung.name for rung in rungs] == expected


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1920, 804, ["804p", "480p", "360p", "240p"]),
        (720, 576, ["576p", "480p", "360p", "240p"]),
        (1366, 768, ["768p", "480p", "360p", "240p"]),
        (1920, 1200, ["1200p", "720p", "480p", "360p", "240p"]),
    ],
)
def test_a_source_between_two_rungs_keeps_its_size_and_none_is_nearly_the_same(
    width: int, height: int, expected: list[str]
) -> None:
    rungs = rungs_for(video_stream(width=width, height=height), DEFAULT)
    assert [rung.name for rung in rungs] == expected
    assert (rungs[0].width, rungs[0].height) == (width, height)


@pytest.mark.parametrize(
    ("width", "height", "top"),
    [
        (1080, 1920, (1080, 1920)),
        (8000, 16, (8000, 16)),
        (16, 8000, (16, 8000)),
        (855, 481, (854, 480)),
        (1, 1, (2, 2)),
        (1, 1000, (2, 1000)),
        (3, 1000, (2, 666)),
    ],
)
def test_sizes_of_odd_shapes(width: int, height: int, top: tuple[int, int]) -> None:
    rung = rungs_for(video_stream(width=width, height=height), DEFAULT)[0]
    assert (rung.width, rung.height) == top


def test_a_phone_held_upright_gets_upright_rungs() -> None:
    top = rungs_for(video_stream(rotation=90), DEFAULT)[0]
    assert (top.width, top.height) == (1080, 1920)


def test_pixels_are_made_square() -> None:
    top = rungs_for(video_stream(width=640, height=360, sar=Fraction(2)), DEFAULT)[0]
    assert (top.width, top.height) == (1280, 360)


def test_a_plain_1080p_source_gets_the_caps_of_the_profile() -> None:
    rungs = rungs_for(video_stream(bitrate=20_000_000), DEFAULT)
    assert [r.maxrate for r in rungs] == [6_000_000, 3_200_000, 1_500_000, 900_000, 450_000]


@pytest.mark.parametrize(
    ("codec", "cap"),
    [("h264", 400_000), ("mpeg4", 400_000), ("hevc", 640_000), ("vp9", 640_000), ("av1", 800_000)],
)
def test_a_source_of_few_bits_caps_the_rungs_by_its_codec(codec: str, cap: int) -> None:
    rungs = rungs_for(video_stream(codec=codec, bitrate=400_000), DEFAULT)
    assert rungs[0].maxrate == cap
    assert rungs[1].maxrate == pytest.approx(cap * (4 / 9) ** 0.75, rel=0.001)
    assert rungs_for(video_stream(bitrate=10), DEFAULT)[0].maxrate == 100_000


def test_fast_and_wide_frames_get_more_bits() -> None:
    plain = rungs_for(video_stream(frame_rate=Fraction(30)), DEFAULT)[0]
    assert (
        rungs_for(video_stream(frame_rate=Fraction(60)), DEFAULT)[0].maxrate == 1.5 * plain.maxrate
    )
    assert rungs_for(video_stream(width=3840), DEFAULT)[0].maxrate > 1.5 * plain.maxrate


@pytest.mark.parametrize(
    ("wished", "height", "expected"),
    [
        ((720,), 1080, ["720p"]),
        ((1080, 360), 1080, ["1080p", "360p"]),
        ((1080,), 900, ["900p"]),
        ((1080, 720), 480, ["480p"]),
        ((720,), 800, ["800p"]),
        ((1080, 240), 480, ["480p", "240p"]),
        ((), 1080, []),
    ],
)
def test_downloads_are_the_rungs_that_come_nearest(
    wished: tuple[int, ...], height: int, expected: list[str]
) -> None:
    profile = Profile("x", DEFAULT.rungs, downloads=wished)
    rungs = rungs_for(video_stream(width=height * 16 // 9, height=height), profile)
    assert [rung.name for rung in rungs if rung.download] == expected


def test_a_profile_without_rungs_makes_audio_alone() -> None:
    assert rungs_for(video_stream(), Profile("audio", ())) == ()


steps = st.builds(
    Step, st.integers(72, 1080).map(lambda n: 2 * n), st.integers(10, 40), st.integers(10**5, 10**8)
)
profiles = st.lists(steps, min_size=1, max_size=9, unique_by=lambda step: step.short_side).map(
    lambda wished: Profile("any", tuple(wished), downloads=(wished[0].short_side,))
)


@given(
    st.integers(1, 16384),
    st.integers(1, 16384),
    st.sampled_from([0, 90, 180, 270]),
    st.fractions(Fraction(1, 8), 8, max_denominator=100),
    st.sampled_from([DEFAULT, TINY]) | profiles,
    st.none() | st.integers(1, 10**9),
)
def test_any_source_gets_even_rungs_that_are_not_upscaled(
    width: int, height: int, rotation: int, sar: Fraction, profile: Profile, bitrate: int | None
) -> None:
    video = video_stream(width=width, height=height, rotation=rotation, sar=sar, bitrate=bitrate)
    rungs = rungs_for(video, profile)
    assert rungs
    for rung in rungs:
        assert rung.width % 2 == 0 and rung.height % 2 == 0
        assert 2 <= rung.width <= max(2, video.display_width)
        assert 2 <= rung.height <= max(2, video.display_height)
        assert bitrate is None or rung.maxrate <= max(bitrate, 100_000)
    sides = [min(rung.width, rung.height) for rung in rungs]
    assert all(larger > smaller for larger, smaller in pairwise(sides))
    assert [f"{side}p" for side in sides] == [rung.name for rung in rungs]
    assert len([rung for rung in rungs if rung.download]) == (1 if profile.downloads else 0)


@given(st.integers(1, 16384), st.integers(1, 16384), st.none() | st.integers(1, 10**9))
def test_caps_fall_with_the_size(width: int, height: int, bitrate: int | None) -> None:
    rungs = rungs_for(video_stream(width=width, height=height, bitrate=bitrate), TINY)
    caps = [rung.maxrate for rung in rungs]
    assert caps == sorted(caps, reverse=True)


@given(st.integers(64, 4096), st.integers(64, 4096))
def test_the_aspect_is_kept(width: int, height: int) -> None:
    video = video_stream(width=width, height=height)
    for rung in rungs_for(video, DEFAULT):
        wide = max(rung.width, rung.height) - min(rung.width, rung.height) * max(
            width, height
        ) / min(width, height)
        assert abs(wide) <= 2


def test_a_profile_survives_json() -> None:
    assert Profile.from_json(json.loads(json.dumps(DEFAULT.to_json()))) == DEFAULT


def test_a_profile_stored_before_there_were_downloads_is_read() -> None:
    old = DEFAULT.to_json()
    del old["codec"], old["downloads"]
    assert Profile.from_json(old) == Profile(DEFAULT.name, DEFAULT.rungs)
