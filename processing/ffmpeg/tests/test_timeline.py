"""When frames are shown: read from boxes, told by packets, and both the same."""

from __future__ import annotations

import json
import struct
import time
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.errors import Interrupted, MediaError, ProbeFailed
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.probing import edits, index, probe_errors, timeline
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.tests.clips import (
    HERE,
    described,
    ffmpeg,
    frames,
    grid,
    line_of,
    make,
    video_stream,
)
from tests import corpus

pytestmark = pytest.mark.slow

B_FRAMES = ["-preset", "veryfast", "-g", "10", "-bf", "2", "-sc_threshold", "0"]


def read(path: Path, media: Media | None = None) -> Timeline | None:
    return timeline.read(path, media or described(path), ffmpeg=HERE)


def told(path: Path) -> tuple[VideoStream, Timeline]:
    media = described(path)
    found = read(path, media)
    assert media.video is not None
    assert found is not None
    return media.video, found


def by_packets(path: Path) -> Timeline | None:
    """What FFmpeg's demuxer tells, whatever the boxes say."""
    media = described(path)
    assert media.video is not None
    return read(path, replace(media, video=replace(media.video, track=None)))


def as_shown(found: Timeline | None) -> Timeline | None:
    """As FFmpeg shows it: only boxes tell that it does so too early."""
    return found and replace(found, delay=0)


CONTAINERS = {
    "a.mp4": [],
    "fragmented.mp4": ["-movflags", "+frag_keyframe+empty_moov"],
    "a.mov": ["-movflags", "negative_cts_offsets"],
    "a.mkv": [],
    "late.mkv": ["-output_ts_offset", "3.7"],
    "a.ts": [],
    "a.flv": [],
}


OTHER_RATES = [pytest.param(rate, marks=pytest.mark.thorough) for rate in ("30", "60000/1001")]


@pytest.mark.parametrize("rate", ["24000/1001", *OTHER_RATES])
@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_tells_the_rate_and_the_keyframes(
    tmp_path: Path, name: str, rate: str
) -> None:
    path = make(tmp_path / name, *B_FRAMES, *CONTAINERS[name], size="64x64", rate=rate)
    video, found = told(path)
    step = 1 / (Fraction(rate) * video.time_base)
    assert found.frames == frames(path)
    assert found.first_pts == video.start_pts
    assert (found.constant, found.closed, found.steady) == (True, True, True)
    expected = [found.first_pts + n * step for n in range(0, found.frames, 10)]
    assert found.keyframes == pytest.approx(expected, abs=1)
    assert found.end_pts == pytest.approx(found.first_pts + found.frames * step, abs=1)
    assert found.longest_gop(video.time_base) == pytest.approx(10 / Fraction(rate), abs=0.002)
    known = with_timeline(described(path), found).video
    assert known is not None
    assert known.constant_rate == known.frame_rate == Fraction(rate)
    assert (known.frames, known.closed_gops) == (found.frames, True)


EDITED = {
    "late.mp4": ["-itsoffset", "0.5"],
    "from_mid_gop.mp4": ["-ss", "0.75"],
    "cut_short.mp4": ["-t", "1.3"],
    "cut.mov": ["-ss", "0.3", "-t", "0.9"],
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("gops", ["open-gop=0", "open-gop=1"])
@pytest.mark.parametrize("name", EDITED)
def test_boxes_and_packets_tell_the_same(tmp_path: Path, name: str, gops: str) -> None:
    plain = make(tmp_path / "plain.mp4", *B_FRAMES, "-x264-params", gops, size="64x64")
    path = tmp_path / name
    ffmpeg(*EDITED[name], "-i", plain, "-c", "copy", path)
    video, found = told(path)
    assert video.track is not None
    boxes = index.read(path, video.track)
    assert boxes is not None
    assert edits.placed(boxes) is not None
    assert as_shown(found) == by_packets(path)
    assert found.closed == (gops == "open-gop=0")


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("empty", "start", "duration"),
    [
        (0, 1024, 25600), (12800, 1024, 25600), (1, 1024, 999), (640, 0, 25600), (0, 512, 25600),
        (3000, 5 * 512, 9000), (0, 10 * 512, 10 * 512), (77, 11 * 512 + 1, 7000), (0, 24000, 1100),
        (0, 1025, 25600),
    ],
)  # fmt: skip
def test_any_single_edit_is_placed_as_ffmpeg_places_it(
    tmp_path: Path, empty: int, start: int, duration: int
) -> None:
    plain = make(tmp_path / "plain.mp4", *B_FRAMES, "-movie_timescale", "12800", size="64x64")
    path = tmp_path / "late.mp4"
    ffmpeg("-itsoffset", "0.5", "-i", plain, "-c", "copy", "-movie_timescale", "12800", path)
    raw = bytearray(path.read_bytes())
    entries = raw.index(b"elst") + 12
    struct.pack_into(">IiIIi", raw, entries, empty, -1, 0x10000, duration, start)
    path.write_bytes(raw)
    boxes = index.read(path, 1)
    assert boxes is not None
    assert edits.placed(boxes) is not None
    assert as_shown(read(path)) == by_packets(path)


def test_several_shown_parts_are_left_to_ffmpeg(tmp_path: Path) -> None:
    path = tmp_path / "late.mp4"
    ffmpeg("-itsoffset", "0.5", "-i", make(tmp_path / "a.mp4", *B_FRAMES), "-c", "copy", path)
    raw = bytearray(path.read_bytes())
    struct.pack_into(">IiIIi", raw, raw.index(b"elst") + 12, 400, 1024, 0x10000, 500, 6144)
    path.write_bytes(raw)
    boxes = index.read(path, 1)
    assert boxes is not None
    assert edits.placed(boxes) is None
    assert read(path) == by_packets(path)


def test_a_varying_rate_is_not_constant(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", "-vf", "select='not(eq(mod(n,7),3))'", "-fps_mode", "vfr")
    media = described(path)
    found = read(path, media)
    assert found is not None
    assert not found.constant
    known = with_timeline(media, found).video
    assert known is not None
    assert known.constant_rate == 0


def test_a_clock_that_jumps_is_not_steady(tmp_path: Path) -> None:
    first = make(tmp_path / "a.ts", *B_FRAMES)
    other = make(tmp_path / "b.ts", *B_FRAMES, "-output_ts_offset", "700")
    ahead, back = tmp_path / "ahead.ts", tmp_path / "back.ts"
    ahead.write_bytes(first.read_bytes() + other.read_bytes())
    back.write_bytes(other.read_bytes() + first.read_bytes())
    for path in (ahead, back):
        assert not told(path)[1].steady


def test_a_stream_that_begins_without_a_keyframe_is_shown_from_the_first(tmp_path: Path) -> None:
    whole = make(tmp_path / "a.ts", *B_FRAMES, size="64x64")
    lines = whole.read_bytes()
    path = tmp_path / "b.ts"
    path.write_bytes(lines[: 188 * 3] + lines[188 * 9 :])
    found = told(path)[1]
    assert found.keyframes[0] == found.first_pts
    assert found.frames == frames(path)


OPEN = {
    "libx264": ["-preset", "veryfast", "-x264-params", "open-gop=1:keyint=25:bframes=4:b-adapt=0"],
    "libx265": [
        "-preset",
        "veryfast",
        "-x265-params",
        "open-gop=1:keyint=25:bframes=4:b-adapt=0:log-level=none",
    ],
    "mpeg2video": ["-g", "12", "-bf", "2"],
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", ["b.ts", "b.mkv", "b.mp4"])
@pytest.mark.parametrize("codec", OPEN)
def test_frames_that_need_what_was_cut_off_are_not_counted(
    tmp_path: Path, codec: str, name: str
) -> None:
    whole = make(tmp_path / "a.ts", "-c:v", codec, *OPEN[codec], size="64x64")
    path = tmp_path / name
    ffmpeg("-ss", "0.5", "-i", whole, "-c", "copy", path)
    video, found = told(path)
    assert found.frames == frames(path)
    assert found.first_pts == video.start_pts


def test_reading_again_tells_the_same(tmp_path: Path) -> None:
    path = tmp_path / "b.mp4"
    ffmpeg("-ss", "0.75", "-i", make(tmp_path / "a.mp4", *B_FRAMES), "-c", "copy", path)
    media = described(path)
    known = with_timeline(media, read(path, media))
    assert read(path, known) == read(path, media)
    assert with_timeline(known, read(path, known)) == known
    assert known.video is not None
    assert known.video.edited


def test_one_frame_is_a_timeline(tmp_path: Path) -> None:
    media = described(make(tmp_path / "a.mp4", "-frames:v", "1"))
    found = read(tmp_path / "a.mp4", media)
    one = Timeline((0,), 1, 0, 512, constant=True, closed=True, steady=True)
    assert found is not None
    assert replace(found, peak_bitrate=None) == one
    known = with_timeline(media, found)
    assert (known.duration, grid(known).frames) == (0.04, 1)


def test_audio_alone_has_none(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / "a.m4a")
    assert read(tmp_path / "a.m4a") is None


def test_frames_without_times_have_none() -> None:
    assert timeline.parse([b"0,0,512,9,K_\n", b"N/A,512,512,9,__\n"], video_stream()) is None


def test_frames_that_only_help_others_are_not_counted() -> None:
    lines = [f"{round(n * 1001 / 24)},N/A,41,9,__\n" for n in range(20)]
    lines.insert(7, f"{round(7 * 1001 / 24)},N/A,41,9,__\n")
    lines[0] = "0,N/A,41,9,K_\n"
    video = video_stream(codec="vp9", time_base=Fraction(1, 1000), frame_rate=Fraction(24000, 1001))
    pictures = timeline.parse((line.encode() for line in lines), video)
    assert pictures is not None
    found = timeline.timeline_of(pictures, video)
    assert found is not None
    assert (found.frames, found.constant) == (20, True)


def test_a_film_cut_off_lasts_as_long_as_its_frames(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", "-movflags", "+faststart", "-g", "5")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    media = described(path)
    known = with_timeline(media, read(path, media))
    assert media.duration == 2
    assert 0.3 < known.duration < 1.7
    assert grid(known).frames == known.video.frames if known.video else False


def test_a_stop_is_heard(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mkv")
    with pytest.raises(Interrupted):
        timeline.read(path, described(path), ffmpeg=HERE, should_stop=lambda: "shutdown")


SAMPLE = [
    "structure/editlist_bframes_1fps.mp4", "phone_rotation/portrait.MOV",
    "phone_rotation/iphone_hlg_dovi_1080p_rot-90_editlist.mp4", "derived/negative_ts_editlist.mp4",
    "geometry/delayed_start_1s.mp4", "geometry/long_1080p30_h264_6min_black.mp4",
]  # fmt: skip
# The last frame of this one lasts 10 ticks longer or shorter, as one counts.
VAGUE_END = "sintel_2audio_2movtext_chapters.mp4"


def videos() -> list[Path]:
    found = (p for p in corpus.VIDEOS.glob("*/*") if p.suffix.lower() in (".mp4", ".mov"))
    return sorted(path for path in found if path.name != VAGUE_END)


def same_by_boxes_and_packets(path: Path) -> bool:
    """Whether both tell the same; files without frames or an index have nothing to compare."""
    try:
        media = described(path)
    except MediaError:
        return True
    return media.video is None or as_shown(read(path, media)) == by_packets(path)


@corpus.needs_corpus
@pytest.mark.parametrize("name", SAMPLE)
def test_real_boxes_and_packets_tell_the_same(name: str) -> None:
    assert same_by_boxes_and_packets(corpus.VIDEOS / name)


@corpus.needs_corpus
@pytest.mark.thorough
def test_all_real_boxes_and_packets_tell_the_same() -> None:
    assert [path.name for path in videos() if not same_by_boxes_and_packets(path)] == []


@corpus.needs_corpus
@pytest.mark.thorough
def test_hostile_files_have_a_timeline_or_none_in_bounded_time() -> None:
    for path in sorted(corpus.HOSTILE.glob("*/*")):
        if path.parent.name in ("requests", "caption") or not path.is_file():
            continue
        started = time.monotonic()
        for track in (1, 2):
            index.read(path, track)
            index.edit_list(path, track)
        assert time.monotonic() - started < 2, path.name
        try:
            media = described(path)
        except MediaError:
            continue
        known = with_timeline(media, read(path, media))
        assert known.duration >= 0, path.name
        assert Media.from_json(json.loads(json.dumps(known.to_json()))) == known


def test_an_mp4_whose_end_never_arrived_is_truncated(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.mp4", "-movflags", "+faststart")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    for path, is_cut in ((whole, False), (cut, True)):
        media = described(path)
        line = line_of(path, media)
        assert line is not None
        with pytest.raises(ProbeFailed) if is_cut else nullcontext():
            probe_errors.require_all_there(media, line, path)
