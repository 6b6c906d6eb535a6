"""A source that is as we would make it becomes the top rung without being encoded."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import chunks, copying
from processing.ffmpeg.planning.ladder import Profile, Step
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.tests.clips import (
    Made,
    described,
    encoded,
    join,
    line_of,
    numbered,
    numbers_in,
    picture,
)
from processing.packaging.checker import check_alignment, check_chunk

TWO = Profile("two", (Step(144, 20, 2_000_000), Step(72, 22, 1_000_000)), "ultrafast")
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "35", "-flags", "+cgop"]

LINE = Timeline(
    keyframes=tuple(range(0, 12800 * 60, 12800 * 2)),
    frames=1500,
    first_pts=0,
    end_pts=12800 * 60,
    constant=True,
    closed=True,
    steady=True,
)
FITTING = picture(
    time_base=Fraction(1, 12800),
    duration=60.0,
    bitrate=4_000_000,
    constant_rate=Fraction(25),
    edited=False,
)


def _media(**changes: Any) -> Media:
    video = replace(FITTING, **changes)
    return Media("mov,mp4,m4a,3gp,3g2,mj2", 60.0, 10**7, 4_000_000, video, ())


def _fits(media: Media, line: Timeline = LINE) -> bool:
    profile = Profile("one", (Step(1080, 22, 6_000_000), Step(720, 22, 3_000_000)))
    return copying.fits(media, line, profile)


def test_a_stream_as_we_would_make_it_fits() -> None:
    assert _fits(_media())


@pytest.mark.parametrize(
    "changes",
    [
        {"codec": "hevc"},
        {"profile": "High 10"},
        {"pixel_format": "yuv444p"},
        {"color_transfer": "smpte2084"},
        {"color_range": "pc"},
        {"rotation": 90},
        {"mirrored": True},
        {"sar": Fraction(4, 3)},
        {"field_order": "tt"},
        {"bitrate": None},
        {"bitrate": 9_000_000},
        {"edited": True},
        {"constant_rate": Fraction(0)},
        {"time_base": Fraction(1, 1000), "frame_rate": Fraction(30000, 1001)},
        {"start_pts": 512},
        {"height": 1081},
    ],
)
def test_whatever_must_be_changed_does_not(changes: dict[str, Any]) -> None:
    assert not _fits(_media(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"constant": False},
        {"closed": False},
        {"steady": False},
        {"keyframes": tuple(range(0, 12800 * 60, 12800 * 5))},
        {"keyframes": tuple(range(512, 12800 * 60, 12800))},
        {"keyframes": ()},
    ],
)
def test_a_timeline_that_players_could_not_follow_does_not(changes: dict[str, Any]) -> None:
    assert not _fits(_media(), replace(LINE, **changes))


def test_a_profile_may_have_everything_encoded() -> None:
    encoding = Profile("one", (Step(1080, 22, 6_000_000),), copies=False)
    assert not copying.fits(_media(), LINE, encoding)


def test_other_containers_do_not_tell_when_pictures_are_decoded() -> None:
    assert not _fits(replace(_media(), container="matroska,webm"))


@pytest.mark.parametrize(
    ("rate", "arguments"),
    [("25", X264), ("30000/1001", [*X264, "-bf", "0"]), ("60000/1001", X264)],
)
def test_copied_spans_are_the_sources_own_pictures(
    tmp_path: Path, rate: str, arguments: list[str]
) -> None:
    count = round(9 * Fraction(rate))
    source = numbered(tmp_path / "a.mp4", *arguments, count=count, rate=rate)
    media = described(source)
    line = line_of(source, media)
    assert line is not None
    media = media.with_timeline(line)
    spans = chunks.plan(media, line, TWO)
    assert len(spans) > 2
    assert [key for span in spans for key in span.keyframes] == list(range(0, count, 35))
    parts = [encoded(source, tmp_path / str(s.number), TWO, media=media, span=s) for s in spans]
    _fit_together(parts)
    copied, made = (
        join([part.folder / f"{name}.mp4" for part in parts], tmp_path / f"{name}.mp4")
        for name in ("144p", "72p")
    )
    assert _checksums(copied) == _checksums(source)
    assert numbers_in(made) == list(range(count))


def _fit_together(parts: list[Made]) -> None:
    """Both rungs begin their groups together, and where the part before ended."""
    at = 0
    for part in parts:
        tracks = {name: part.track(name) for name in ("144p", "72p")}
        assert check_alignment(tracks) == []
        for track in tracks.values():
            assert check_chunk(track, start=at) == []
        at += tracks["144p"].duration
    assert {part.track("144p").init for part in parts} == {parts[0].track("144p").init}


def _checksums(path: Path) -> list[str]:
    """Of every decoded picture, in the order of showing."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough"]
    command += ["-f", "framemd5", "-"]
    out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return [line.split(",")[-1] for line in out.splitlines() if not line.startswith("#")]
