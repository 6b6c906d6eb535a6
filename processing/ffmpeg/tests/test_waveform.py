"""The peaks of audio: in time, as high as they are, and never too many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import waveform
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.tests.clips import HERE, ffmpeg


def peaks_of(source: Path, folder: Path, seconds: float) -> waveform.Waveform:
    out = folder / "peaks, 'of' [a];b.txt"
    samples = waveform.samples_per_pixel(seconds)
    argv = waveform.command("ffmpeg", source, out, samples=samples)
    HERE.run(argv, limits=Limits(wall_seconds=30), reads=[source], writes=folder)
    return waveform.read(out, samples=samples)


def test_the_peaks_stand_where_the_tone_is_and_as_high(tmp_path: Path) -> None:
    source = tmp_path / "a.m4a"
    # On the right alone, half as loud as can be, from the first to the second second.
    tone = "aevalsrc='0|0.5*sin(2*PI*440*t)*between(t,1,2)':s=48000:d=3"
    ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "aac", "-b:a", "192k", source)
    found = peaks_of(source, tmp_path, 3)
    assert found.samples_per_pixel == 480
    assert len(found.lowest) == pytest.approx(300, abs=5)
    assert max(found.highest[:95]) <= 2
    assert min(found.highest[110:190]) == pytest.approx(64, abs=4)
    assert max(found.lowest[110:190]) == pytest.approx(-64, abs=4)
    assert max(found.highest[210:]) <= 2


def test_it_is_told_in_the_format_of_audiowaveform() -> None:
    told = json.loads(waveform.Waveform(480, [-3, -128], [2, 127]).to_json())
    assert told == {
        "version": 2,
        "channels": 1,
        "sample_rate": 48000,
        "samples_per_pixel": 480,
        "bits": 8,
        "length": 2,
        "data": [-3, 2, -128, 127],
    }


@pytest.mark.parametrize("seconds", [0.0, 0.5, 99.0, 100.0, 101.0, 7200.0, 86_400.0])
def test_no_audio_has_too_many_points(seconds: float) -> None:
    samples = waveform.samples_per_pixel(seconds)
    assert samples >= 480
    assert seconds * waveform.RATE / samples <= waveform.MOST_POINTS


def test_what_is_no_number_is_passed_over(tmp_path: Path) -> None:
    out = tmp_path / "peaks.txt"
    low, high = "lavfi.astats.Overall.Min_level", "lavfi.astats.Overall.Max_level"
    lines = ["frame:0", f"{low}=-9", f"{high}=nan", f"{high}=9", f"{high}=", "x" * 5000, "=", high]
    out.write_text("\n".join(lines))
    found = waveform.read(out, samples=480)
    assert (found.lowest, found.highest) == ([-128], [127])


@pytest.mark.parametrize("points", [0, 1, 7, 1280, 10_000])
def test_every_column_has_its_peaks(points: int) -> None:
    wave = waveform.Waveform(480, [-64] * points, [*[32] * (points - 1), 127][:points])
    columns = wave.columns(1280)
    assert len(columns) == 1280
    if points:
        assert {low for low, _ in columns} == {-0.5}
        assert columns[-1][1] == pytest.approx(127 / 128)
