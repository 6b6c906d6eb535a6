"""Any number of channels becomes left and right."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from processing.ffmpeg.tests.clips import TINY, Made, encoded, ffmpeg

pytestmark = pytest.mark.slow

TONE = "aevalsrc='{}':s=48000:d=2"


@pytest.mark.sampled(5)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 15, 16, 24])
def test_channels_nobody_names_play(tmp_path: Path, count: int) -> None:
    """The first is left and the second right; of one, both."""
    source = tmp_path / "a.mov"
    levels = ["0.5*sin(880*PI*t)", "0.25*sin(880*PI*t)", *["0"] * (count - 2)][:count]
    drawn = TONE.format("|".join(levels))
    ffmpeg("-f", "lavfi", "-i", drawn, "-c:a", "pcm_s24le", source)
    made = encoded(source, tmp_path / "out", TINY)
    assert sides(made) == [
        pytest.approx(0.5, abs=0.05),
        pytest.approx(0.5 if count == 1 else 0.25, abs=0.05),
    ]


def sides(made: Made, name: str = "audio") -> list[float]:
    """Their peaks, away from both ends."""
    path = made.folder / f"{name}.mp4"
    heard = "atrim=0.5:1.5,astats=measure_overall=none:measure_perchannel=Peak_level"
    found = re.findall(
        r"Peak level dB: ([-\d.]+)", ffmpeg("-i", path, "-af", heard, "-f", "null", "-")
    )
    return [10 ** (float(level) / 20) for level in found]


def speakers(path: Path, *levels: float, container: list[str]) -> Path:
    """A stream of one channel for each level."""
    tones = [TONE.format(f"{level}*sin(880*PI*t)") for level in levels]
    inputs = [argument for tone in tones for argument in ("-f", "lavfi", "-i", tone)]
    maps = [argument for number in range(len(levels)) for argument in ("-map", str(number))]
    ffmpeg(*inputs, *maps, "-c:a", "pcm_s16le", *container, path)
    return path


@pytest.mark.parametrize("name", ["a.mov", "a.mkv"])
def test_left_and_right_that_are_streams_of_their_own_are_one_track(
    tmp_path: Path, name: str
) -> None:
    titles = ["-metadata:s:0", "title=Left", "-metadata:s:1", "title=Right"]
    container = titles if name == "a.mkv" else []
    source = speakers(tmp_path / name, 0.5, 0.25, container=container)
    made = encoded(source, tmp_path / "out", TINY)
    assert made.names == {"audio"}
    assert sides(made) == [pytest.approx(0.5, abs=0.05), pytest.approx(0.25, abs=0.05)]


def test_four_streams_of_an_editor_are_two_tracks(tmp_path: Path) -> None:
    source = speakers(tmp_path / "a.mov", 0.5, 0.25, 0.1, 0.4, container=[])
    made = encoded(source, tmp_path / "out", TINY)
    assert made.names == {"audio-und", "audio-und-2"}
    assert sides(made, "audio-und") == [
        pytest.approx(0.5, abs=0.05), pytest.approx(0.25, abs=0.05),
    ]  # fmt: skip
    assert sides(made, "audio-und-2") == [
        pytest.approx(0.1, abs=0.05), pytest.approx(0.4, abs=0.05),
    ]  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["a.ac3", "a.eac3", "a.dts", "a.aiff", "a.caf", "a.au", "a.w64"])
def test_bare_audio_of_every_kind_plays(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    encoder = ["-strict", "-2", "-c:a", "dca", "-ac", "2"] if name == "a.dts" else []
    ffmpeg("-f", "lavfi", "-i", TONE.format("0.5*sin(880*PI*t)"), *encoder, source)
    made = encoded(source, tmp_path / "out", TINY)
    assert made.media.duration == pytest.approx(2, abs=0.05)
    assert sides(made)[0] == pytest.approx(0.5 if name != "a.dts" else 0.35, abs=0.03)
    units = [fragment.units for fragment in made.track("audio").fragments]
    assert {a == b for a, b in pairwise(units)} <= {True}
