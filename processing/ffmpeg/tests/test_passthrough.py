"""A source that is as we would make it becomes the top rung without being encoded."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.errors import ProcessFailed
from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.planning import passthrough, span_plan
from processing.ffmpeg.planning.ladder import Profile, Step
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.tests.clips import (
    Made,
    asked,
    described,
    encoded,
    ffmpeg,
    join,
    line_of,
    numbered,
    numbers_in,
    video_stream,
)
from processing.packaging.checker import check_alignment, check_chunk
from processing.packaging.track import Track

pytestmark = pytest.mark.slow

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
FITTING = video_stream(
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
    return passthrough.fits(media, line, profile)


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
        {"color_primaries": "smpte432"},
        {"color_primaries": "bt2020", "color_space": "unknown"},
        {"rotation": 90},
        {"mirrored": True},
        {"sar": Fraction(4, 3)},
        {"field_order": "tt"},
        {"whole_frames": False},
        {"whole_frames": None},
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
    assert not passthrough.fits(_media(), LINE, encoding)


def test_other_containers_do_not_tell_when_frames_are_decoded() -> None:
    assert not _fits(replace(_media(), container="matroska,webm"))


@pytest.mark.parametrize(
    ("rate", "arguments"),
    [("25", X264), ("30000/1001", [*X264, "-bf", "0"]), ("60000/1001", X264)],
)
def test_copied_spans_are_the_sources_own_frames(
    tmp_path: Path, rate: str, arguments: list[str]
) -> None:
    count = round(9 * Fraction(rate))
    source = numbered(tmp_path / "a.mp4", *arguments, count=count, rate=rate)
    media = described(source)
    line = line_of(source, media)
    assert line is not None
    media = with_timeline(media, line)
    spans = span_plan.plan(media, line, TWO)
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


def _copied(source: Path, folder: Path) -> Track:
    """The whole top rung of a source, copied."""
    media = described(source)
    line = line_of(source, media)
    assert line is not None
    span = replace(span_plan.WHOLE, keyframes=tuple(range(0, 75, 25)))
    return encoded(source, folder, TWO, media=with_timeline(media, line), span=span).track("144p")


@pytest.mark.parametrize(
    ("size", "told", "expected"),
    [
        ((1280, 720), [], "bt709"),
        ((256, 144), [], "smpte170m"),
        ((1280, 720), ["-colorspace", "smpte170m"], "smpte170m"),
    ],
)
def test_copied_frames_are_tagged_with_the_colours_they_are_taken_to_have(
    tmp_path: Path, size: tuple[int, int], told: list[str], expected: str
) -> None:
    source, (width, height) = tmp_path / "a.mp4", size
    drawn = f"testsrc2=s={width}x{height}:r=25:d=3"
    ffmpeg("-f", "lavfi", "-i", drawn, *told, *IN_BAND[:4], "-preset", "ultrafast", source)
    profile = replace(TWO, rungs=(Step(height, 20, 9_000_000), Step(72, 22, 1_000_000)))
    media = described(source)
    line = line_of(source, media)
    assert line is not None
    media, span = with_timeline(media, line), replace(span_plan.WHOLE, keyframes=(0, 25, 50))
    made = encoded(source, tmp_path / "out", profile, media=media, span=span).top
    [stream] = asked(made, "-show_entries", "stream=color_space")["streams"]
    assert stream["color_space"] == expected


IN_BAND = ["-c:v", "libx264", "-g", "25", "-bsf:v", "dump_extra=freq=keyframe", "-tag:v", "avc3"]


def test_parameter_sets_that_are_told_again_do_no_harm(tmp_path: Path) -> None:
    source = numbered(tmp_path / "a.mp4", *IN_BAND, count=75)
    track = _copied(source, tmp_path / "out")
    assert track.codecs.startswith("avc1.")
    assert check_chunk(track, start=0, frames=75) == []


def test_parameter_sets_that_change_midway_are_found(tmp_path: Path) -> None:
    parts = []
    for number, preset in enumerate(("veryfast", "ultrafast", "veryfast")):
        parts.append(tmp_path / f"{number}.ts")
        numbered(parts[-1], "-c:v", "libx264", "-preset", preset, "-bf", "0", count=25)
    source = tmp_path / "a.mp4"
    ffmpeg("-i", f"concat:{'|'.join(map(str, parts))}", "-c", "copy", source)
    found = check_chunk(_copied(source, tmp_path / "out"), start=0)
    assert "own_parameters" in {finding.code for finding in found}


AUDIO = AudioStream(
    index=1, codec="aac", profile="LC", channels=2, sample_rate=48_000, language="und",
    time_base=Fraction(1, 48_000), start_pts=0, duration=60.0, bitrate=128_000,
    first_packet_pts=-1024, packets=2814,
)  # fmt: skip


def _fitting_audio(**changes: Any) -> tuple[int, ...]:
    profile = Profile("one", (Step(1080, 22, 6_000_000),))
    return passthrough.fitting_audio(replace(_media(), audio=(replace(AUDIO, **changes),)), profile)


@pytest.mark.parametrize(
    "changes", [{}, {"packets": 4000}, {"packets": 2812}, {"first_packet_pts": 0}]
)
def test_audio_as_we_would_make_it_fits(changes: dict[str, Any]) -> None:
    assert _fitting_audio(**changes) == (1,)


@pytest.mark.parametrize(
    "changes",
    [
        {"codec": "mp3"},
        {"profile": "HE-AAC"},
        {"channels": 1},
        {"sample_rate": 44_100},
        {"time_base": Fraction(1, 44_100)},
        {"bitrate": None},
        {"bitrate": 192_000},
        {"packets": None},
        {"packets": 2811},
        {"first_packet_pts": -2112},
        {"first_packet_pts": 1024},
    ],
)
def test_other_audio_is_encoded(changes: dict[str, Any]) -> None:
    assert _fitting_audio(**changes) == ()


AAC = ["-c:a", "aac", "-ac", "2", "-b:a", "96k", "-shortest"]


def _with_audio(folder: Path) -> tuple[Path, Media, tuple[span_plan.Span, ...]]:
    """A source whose video and audio can be copied, and its spans."""
    sound = "sine=f=997:r=48000:d=9"
    source = numbered(folder / "a.mp4", *X264, *AAC, count=225, rate="25", sound=sound)
    media = described(source)
    line = line_of(source, media)
    assert line is not None
    media = with_timeline(media, line)
    return source, media, span_plan.plan(media, line, TWO)


def test_copied_spans_have_the_sources_own_audio(tmp_path: Path) -> None:
    source, media, spans = _with_audio(tmp_path)
    assert len(spans) > 2
    assert {span.copied_sound for span in spans} == {(media.audio[0].index,)}
    parts = [encoded(source, tmp_path / str(s.number), TWO, media=media, span=s) for s in spans]
    at = 0
    for part in parts:
        track = part.track("audio")
        assert check_chunk(track, start=at) == []
        at += track.duration
    assert {part.track("audio").init for part in parts} == {parts[0].track("audio").init}
    joined = join([part.folder / "audio.mp4" for part in parts], tmp_path / "audio.mp4")
    ours, theirs = _packets(joined), _packets(source)
    assert len(ours) > 400
    # The first packet of the source only leads in.
    assert ours == theirs[1 : 1 + len(ours)]
    assert len(theirs) - len(ours) <= 2


def test_audio_that_does_not_decode_is_not_copied(tmp_path: Path) -> None:
    source, media, spans = _with_audio(tmp_path)
    spoiled = tmp_path / "spoiled.mp4"
    ffmpeg("-i", source, "-c", "copy", "-bsf:a", "noise=amount=5", spoiled)
    with pytest.raises(ProcessFailed):
        encoded(spoiled, tmp_path / "made", TWO, media=media, span=spans[-1])


def _packets(path: Path) -> list[str]:
    """Checksums of the audio packets, in order."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-c", "copy"]
    out = subprocess.run(
        [*command, "-f", "framemd5", "-"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    return [line.split(",")[-1] for line in out.splitlines() if not line.startswith("#")]


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
    """Of every decoded frame, in the order of showing."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough"]
    command += ["-f", "framemd5", "-"]
    out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return [line.split(",")[-1] for line in out.splitlines() if not line.startswith("#")]
