from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.ladder import DEFAULT, Profile, rungs_for
from processing.ffmpeg.tests.clips import picture


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (3840, 2160, ["1080p", "720p", "480p", "360p", "240p"]),
        (1920, 1080, ["1080p", "720p", "480p", "360p", "240p"]),
        (1080, 1920, ["1080p", "720p", "480p", "360p", "240p"]),
        (1600, 900, ["900p", "720p", "480p", "360p", "240p"]),
        (1280, 720, ["720p", "480p", "360p", "240p"]),
        (854, 480, ["480p", "360p", "240p"]),
        (853, 481, ["480p", "360p", "240p"]),
        (434, 343, ["342p", "240p"]),
        (320, 180, ["180p"]),
        (16, 16, ["16p"]),
        (1, 1, ["2p"]),
        (4096, 16, ["16p"]),
    ],
)
def test_rungs_by_the_short_side(width: int, height: int, expected: list[str]) -> None:
    rungs = rungs_for(picture(width=width, height=height), DEFAULT)
    assert [rung.name for rung in rungs] == expected


def test_a_phone_held_upright_gets_upright_rungs() -> None:
    top = rungs_for(picture(rotation=90), DEFAULT)[0]
    assert (top.width, top.height) == (1080, 1920)


def test_pixels_are_made_square() -> None:
    top = rungs_for(picture(width=640, height=360, sar=Fraction(2)), DEFAULT)[0]
    assert (top.width, top.height) == (1280, 360)


def test_a_source_of_few_bits_caps_the_rungs() -> None:
    rungs = rungs_for(picture(bitrate=400_000), DEFAULT)
    assert rungs[0].maxrate == 800_000
    assert rungs_for(picture(bitrate=10), DEFAULT)[0].maxrate == 100_000


def test_fast_pictures_get_more_bits() -> None:
    slow, fast = picture(frame_rate=Fraction(30)), picture(frame_rate=Fraction(60))
    assert rungs_for(fast, DEFAULT)[0].maxrate > rungs_for(slow, DEFAULT)[0].maxrate


@given(
    st.integers(1, 16384),
    st.integers(1, 16384),
    st.sampled_from([0, 90, 180, 270]),
    st.fractions(Fraction(1, 8), 8, max_denominator=100),
)
def test_any_source_gets_even_rungs_that_are_not_upscaled(
    width: int, height: int, rotation: int, sar: Fraction
) -> None:
    video = picture(width=width, height=height, rotation=rotation, sar=sar)
    rungs = rungs_for(video, DEFAULT)
    short = min(video.display_width, video.display_height)
    assert rungs
    for rung in rungs:
        assert rung.width % 2 == 0 and rung.height % 2 == 0
        assert min(rung.width, rung.height) <= max(2, short)
    assert len({rung.name for rung in rungs}) == len(rungs)
    assert [r.maxrate for r in rungs] == sorted((r.maxrate for r in rungs), reverse=True)


def test_a_profile_survives_json() -> None:
    assert Profile.from_json(json.loads(json.dumps(DEFAULT.to_json()))) == DEFAULT
