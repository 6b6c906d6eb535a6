"""Clips of sources: the frames and the audio of that part, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.clip import Clip
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import clipping, span_plan
from processing.ffmpeg.planning.grid import grid_of, origin_of
from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.planning.plan import EncodePlan, plan_encode
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import (
    SMALL,
    TINY,
    beeps,
    described,
    encoded,
    ffmpeg,
    join,
    line_of,
    numbered,
    numbers_in,
    samples_in,
    video_stream,
)

X264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "40"]
OPEN = ["-bf", "3", "-x264-params", "open-gop=1:b-pyramid=normal"]
# A beep of 50 ms at the beginning of every second.
BEEPS = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.05)':s=48000:d=8"
WITH_BEEPS = [*X264, "-c:a", "aac", "-b:a", "128k", "-shortest"]


def media(seconds: float = 10.0) -> Media:
    video = replace(video_stream(), duration=seconds, constant_rate=Fraction(25))
    return Media("mov,mp4,m4a", seconds, 1000, None, video, ())


@pytest.mark.parametrize(
    ("start", "end", "frames", "origin"),
    [
        (2.0, 4.0, 50, 2.0),
        (0.0, 4.0, 100, 0.0),
        (2.0, None, 200, 2.0),
        (2.015, 4.021, 51, 2.0),
        (9.96, 10.0, 1, 9.96),
        (9.0, 99.0, 25, 9.0),
    ],
)
def test_a_clip_is_whole_frames(
    start: float, end: float | None, frames: int, origin: float
) -> None:
    part = clipping.clipped(media(), Clip(start, end))
    grid = grid_of(part)
    assert grid is not None
    assert (grid.frames, float(origin_of(part))) == (frames, origin)


def test_a_clip_of_all_is_no_clip() -> None:
    assert clipping.clipped(media(), Clip(0.0, 10.0)).clip is None
    assert clipping.clipped(media(), Clip(1.0, 10.5)).clip == Clip(1.0, None)


@pytest.mark.parametrize("start", [10.0, 9.99, 1000.0])
def test_a_clip_after_the_end_is_refused(start: float) -> None:
    with pytest.raises(clipping.ClipOutside):
        clipping.clipped(media(), Clip(start, None))


def test_a_clip_shorter_than_a_frame_is_refused() -> None:
    with pytest.raises(clipping.ClipTooShort):
        clipping.clipped(media(), Clip(2.0, 2.01))


def test_a_clip_that_ends_too_late_is_noticed() -> None:
    plan, _ = plan_encode(media(), None, DEFAULT, clip=Clip(1.0, 12.0))
    (notice,) = [one for one in plan.notices if one.code == "clip_shortened"]
    assert notice.details == {"asked": 12.0, "ends": 10.0}
    assert plan.seconds == 9.0
    assert EncodePlan.from_json(plan.to_json()) == plan


def clip_of(source: Path, folder: Path, clip: Clip, *, seconds: float | None = None) -> Path:
    """The folder with the files of a clip, made in spans of so many seconds, or as planned."""
    found = described(source)
    line = line_of(source, found)
    part = clipping.clipped(with_timeline(found, line), clip)
    spans = span_plan.plan(part, line, TINY, seconds=seconds)
    folder.mkdir()
    parts = [
        encoded(source, folder / str(span.number), TINY, media=part, span=span) for span in spans
    ]
    for name in parts[0].names:
        join([one.folder / f"{name}.mp4" for one in parts], folder / f"{name}.mp4")
    return folder


SOURCES = [
    ("a.mp4", "25", X264),
    ("a.mp4", "30000/1001", [*X264, *OPEN]),
    ("a.mp4", "25", [*X264, "-bf", "2", "-output_ts_offset", "3.21"]),
    ("a.mkv", "30000/1001", [*X264, *OPEN]),
    ("a.mkv", "60000/1001", [*X264, "-output_ts_offset", "3.21"]),
    ("a.ts", "25", [*X264, *OPEN]),
    ("a.ts", "30", [*X264, "-output_ts_offset", "7.7"]),
]


@pytest.mark.sampled(5)
@pytest.mark.slow
@pytest.mark.parametrize("seconds", [None, 2.0])
@pytest.mark.parametrize(("name", "rate", "arguments"), SOURCES)
def test_a_clip_has_exactly_its_frames(
    tmp_path: Path, name: str, rate: str, arguments: list[str], seconds: float | None
) -> None:
    source = numbered(tmp_path / name, *arguments, count=round(8 * Fraction(rate)), rate=rate)
    clip = Clip(1.7, 6.3)
    made = clip_of(source, tmp_path / "made", clip, seconds=seconds)
    first, end = clip.first_frame(Fraction(rate)), clip.end_frame(Fraction(rate))
    assert end is not None
    assert numbers_in(made / "144p.mp4") == list(range(first, end))


@pytest.mark.sampled(2)
@pytest.mark.slow
@pytest.mark.parametrize("clip", [Clip(1.72, 6.32), Clip(0.0, 2.52), Clip(5.32), Clip(2.0, 2.04)])
@pytest.mark.parametrize(
    "name",
    [
        "a.mp4",
        pytest.param("a.mkv", marks=pytest.mark.thorough),
        pytest.param("a.ts", marks=pytest.mark.thorough),
    ],
)
def test_audio_is_cut_at_the_same_moment(tmp_path: Path, name: str, clip: Clip) -> None:
    source = numbered(tmp_path / name, *WITH_BEEPS, count=200, sound=BEEPS)
    whole = clip_of(source, tmp_path / "whole", Clip())
    made = clip_of(source, tmp_path / "made", clip)
    frames = numbers_in(made / "144p.mp4")
    end = 8.0 if clip.end is None else clip.end
    assert frames == list(range(round(clip.start * 25), round(end * 25)))
    expected = [
        at - clip.start for at in beeps(whole / "audio.mp4") if clip.start <= at < end - 0.01
    ]
    assert beeps(made / "audio.mp4") == pytest.approx(expected, abs=0.006)
    heard = len(samples_in(made / "audio.mp4")) / 48_000
    assert heard == pytest.approx(end - clip.start, abs=0.07)


@pytest.mark.slow
def test_nothing_is_heard_from_after_the_clip(tmp_path: Path) -> None:
    source = numbered(tmp_path / "a.mp4", *WITH_BEEPS, count=200, sound=BEEPS)
    made = clip_of(source, tmp_path / "made", Clip(1.5, 2.0))
    assert max(map(abs, samples_in(made / "audio.mp4")), default=0) < 600


@pytest.mark.sampled(3)
@pytest.mark.slow
@pytest.mark.parametrize("clip", [Clip(1.7, 6.3), Clip(5.3)])
@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.mkv"])
def test_audio_alone(tmp_path: Path, name: str, clip: Clip) -> None:
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", BEEPS, source)
    made = clip_of(source, tmp_path / "made", clip)
    end = 8.0 if clip.end is None else clip.end
    expected = [at - clip.start for at in range(8) if clip.start <= at < end]
    assert beeps(made / "audio.mp4") == pytest.approx(expected, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_varying_rate(tmp_path: Path, name: str) -> None:
    """Frames 0 to 49 come at 25 a second, then every third of them."""
    varying = ["-vf", "select='lt(n,50)+not(mod(n,3))'", "-fps_mode", "vfr"]
    source = numbered(tmp_path / name, *varying, *X264, count=200)
    whole = numbers_in(clip_of(source, tmp_path / "whole", Clip()) / "144p.mp4")
    made = numbers_in(clip_of(source, tmp_path / "made", Clip(1.0, 6.5)) / "144p.mp4")
    assert len(whole) >= 195
    rate = len(whole) / 8
    assert made == whole[round(1.0 * rate) : round(6.5 * rate)]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of 640x360 that are what their top rung would be, with a keyframe a second."""
    path = tmp_path_factory.mktemp("keyed") / "a.mp4"
    large = ["-vf", "scale=640:360:flags=neighbor", "-c:v", "libx264", "-preset", "veryfast"]
    groups = ["-g", "25", "-bf", "2", "-sc_threshold", "0", "-crf", "30"]
    codecs = [*large, *groups, "-c:a", "aac", "-ar", "48000", "-ac", "2", "-shortest"]
    return numbered(path, *codecs, count=200, sound=BEEPS)


@pytest.mark.sampled(2)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("clip", "copies"),
    [
        (Clip(2.0, 5.0), True),
        (Clip(3.0), True),
        (Clip(0.0, 4.0), True),
        (Clip(2.0, 5.2), False),
        (Clip(2.2, 5.0), False),
    ],
)
def test_it_is_copied_where_both_ends_are_keyframes(
    tmp_path: Path, keyed: Path, clip: Clip, copies: bool
) -> None:
    found = described(keyed)
    line = line_of(keyed, found)
    part = clipping.clipped(with_timeline(found, line), clip)
    plan, spans = plan_encode(with_timeline(found, line), line, SMALL, clip=clip)
    assert plan.passthrough[:1] == (("360p",) if copies else ())
    parts = [
        encoded(keyed, tmp_path / str(span.number), SMALL, media=part, span=span) for span in spans
    ]
    end = 8.0 if clip.end is None else clip.end
    for name in ("360p", "240p"):
        joined = join([one.folder / f"{name}.mp4" for one in parts], tmp_path / f"{name}.mp4")
        assert numbers_in(joined) == list(range(round(clip.start * 25), round(end * 25)))
    audio = join([one.folder / "audio.mp4" for one in parts], tmp_path / "audio.mp4")
    expected = [at - clip.start for at in range(8) if clip.start <= at < end]
    assert beeps(audio) == pytest.approx(expected, abs=0.03)
