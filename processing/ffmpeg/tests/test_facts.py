"""What is measured of a film that has everything at known times."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.ffmpeg.encoding import facts
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.tests.clips import HERE, ffmpeg

LOW_RUNG = [
    *["-c:v", "libx264", "-preset", "veryfast", "-maxrate", "300k", "-bufsize", "450k"],
    *["-g", "50", "-sc_threshold", "0", "-pix_fmt", "yuv420p"],
]


def facts_of(
    folder: Path, frames: Path | None, audio: Path | None, *, seconds: float
) -> facts.Facts:
    argv = facts.command("ffmpeg", frames, audio, folder, seconds=seconds)
    reads = [path for path in (frames, audio) if path is not None]
    HERE.run(argv, limits=Limits(wall_seconds=60), reads=reads, writes=folder)
    return facts.read(folder, frames=seconds if frames else None, audio=seconds if audio else None)


def test_black_frozen_and_silent_stretches_and_cuts_are_found(tmp_path: Path) -> None:
    """Moving to 2 s, black to 4 s, moving to 6 s, still to 9 s, red to 10 s; silent from 3 to 5."""
    frames, audio = tmp_path / "frames.mp4", tmp_path / "audio.m4a"
    moving = "testsrc2=s=256x144:r=25:d=2"
    still = f"{moving},tpad=stop_mode=clone:stop_duration=3"
    colors = [f"color={name}:s=256x144:r=25:d={d}" for name, d in (("black", 2), ("red", 1))]
    given = [
        part
        for film in (moving, colors[0], still, colors[1])
        for part in ("-f", "lavfi", "-i", film)
    ]
    ffmpeg(*given, "-filter_complex", "concat=n=4", *LOW_RUNG, frames)
    tone = "aevalsrc='0.1*sin(2*PI*997*t)*(1-between(t,3,5))':s=48000:d=10"
    ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "aac", audio)
    found = facts_of(tmp_path, frames, audio, seconds=10)
    assert found.black is not None and found.frozen is not None and found.silent is not None
    assert [pytest.approx(one, abs=0.09) for one in found.black] == [(2, 4)]
    assert [pytest.approx(one, abs=0.09) for one in found.frozen] == [(2, 4), (6, 9)]
    assert [pytest.approx(one, abs=0.09) for one in found.silent] == [(3, 5)]
    assert found.cuts == pytest.approx([2, 4, 9], abs=0.05)
    assert found.truncated == []


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_the_loudness_of_a_tone_is_what_the_standard_says(tmp_path: Path, level: float) -> None:
    """A tone of 1 kHz in both channels is as loud in LUFS as its peak in dBFS (EBU Tech 3341)."""
    audio = tmp_path / "tone.m4a"
    tone = f"{10 ** (level / 20)}*sin(2*PI*1000*t)"
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{tone}|{tone}':s=48000:d=5", "-c:a", "aac", audio)
    found = facts_of(tmp_path, None, audio, seconds=5)
    assert found.loudness == pytest.approx(level, abs=0.3)
    assert found.loudness_range == pytest.approx(0, abs=0.3)
    assert found.true_peak == pytest.approx(level, abs=1)  # its sudden begin overshoots
    assert found.silent == []
    assert (found.black, found.frozen, found.cuts) == (None, None, None)


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    audio = tmp_path / "silence.m4a"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=48000:d=4", "-t", "4", "-c:a", "aac", audio)
    found = facts_of(tmp_path, None, audio, seconds=4)
    assert (found.loudness, found.loudness_range, found.true_peak) == (None, None, None)
    assert found.silent is not None
    assert [pytest.approx(one, abs=0.05) for one in found.silent] == [(0, 4)]


def test_what_is_black_to_its_end_ends_there(tmp_path: Path) -> None:
    frames = tmp_path / "black.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=black:s=128x72:r=10:d=3", *LOW_RUNG, frames)
    found = facts_of(tmp_path, frames, None, seconds=3)
    assert found.black == found.frozen == [(0, 3)]
    assert (found.silent, found.loudness) == (None, None)


def test_lists_are_bounded_and_say_so(tmp_path: Path) -> None:
    cuts = "".join(f"lavfi.scd.time={number}\n" for number in range(facts.MOST_CUTS + 1))
    (tmp_path / "lavfi.scd.time").write_text(cuts)
    found = facts.read(tmp_path, frames=9999.0, audio=None)
    assert found.cuts is not None and len(found.cuts) == facts.MOST_CUTS
    assert found.truncated == ["cuts"]
