"""What the command writes: right frames, right times, audio where it stood."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import filters
from processing.ffmpeg.encoding.pixels import color_tags
from processing.ffmpeg.planning import ladder
from processing.ffmpeg.planning.span_plan import gop_frames
from processing.ffmpeg.tests.clips import (
    SMALL,
    Made,
    asked,
    beep_start,
    color_at,
    encoded,
    ffmpeg,
    flash_and_beep,
    flash_frame,
    frames,
    grid,
    make,
    video_stream,
)
from processing.packaging.checker import check_alignment, check_chunk

pytestmark = pytest.mark.slow


def is_audio(made: Made) -> None:
    """Every file passes the checker, rungs line up, audio is as long as the frames."""
    tracks = {name: made.track(name) for name in made.names}
    for rung in made.rungs:
        found = check_chunk(
            tracks[rung.name],
            frames=grid(made.media).frames if made.rungs else None,
            width=rung.width,
            height=rung.height,
        )
        assert found == []
    pictures = {rung.name: tracks[rung.name] for rung in made.rungs}
    assert check_alignment(pictures) == []
    if "audio" in tracks:
        assert check_chunk(tracks["audio"]) == []
    if "audio" in tracks and pictures:
        top = tracks[made.rungs[0].name]
        audio = tracks["audio"]
        assert abs(top.duration / top.timescale - audio.duration / audio.timescale) < 0.05


@pytest.mark.parametrize("rate", ["25", "30000/1001", "24000/1001", "60000/1001", "12.5", "1"])
def test_every_frame_is_kept_on_its_grid(tmp_path: Path, rate: str) -> None:
    made = encoded(make(tmp_path / "a.mp4", rate=rate), tmp_path / "out")
    is_audio(made)
    assert abs(frames(made.top) - round(2 * Fraction(rate))) <= 1
    track = made.track(made.rungs[0].name)
    ticks = track.timescale / Fraction(rate)
    assert ticks.denominator == 1
    assert {f.duration / f.samples for f in track.fragments} == {float(ticks)}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("plain.mp4", []),
        ("shifted.ts", ["-output_ts_offset", "5"]),
        ("shifted.mkv", ["-output_ts_offset", "3.2"]),
        ("plain.flv", []),
        ("plain.avi", []),
        ("late_sound.mkv", ["-af", "atrim=start=0.7"]),
    ],
)
def test_flash_and_beep_stay_together_where_they_stood(
    tmp_path: Path, name: str, arguments: list[str]
) -> None:
    source = flash_and_beep(tmp_path / name, *arguments)
    made = encoded(source, tmp_path / "out")
    is_audio(made)
    assert frames(made.top) in (74, 75, 76)
    assert abs(flash_frame(made.top) - 50) <= 1
    # FFmpeg's MP3 and AAC in FLV and AVI come with up to two packets of lost delay.
    allowed = 0.06 if name.endswith((".flv", ".avi")) else 0.012
    assert beep_start(made.folder / "audio.mp4") == pytest.approx(2.0, abs=allowed)


def test_audio_that_begins_before_the_frames_is_heard(tmp_path: Path) -> None:
    clip, late = flash_and_beep(tmp_path / "a.mp4"), tmp_path / "late.mkv"
    ffmpeg("-itsoffset", "0.5", "-i", clip, "-i", clip, "-map", "0:v", "-map", "1:a", "-c", "copy",
           late)  # fmt: skip
    made = encoded(late, tmp_path / "out")
    is_audio(made)
    flash = flash_frame(made.top) / 25
    assert flash == pytest.approx(2.5, abs=0.08)
    assert beep_start(made.folder / "audio.mp4") == pytest.approx(flash - 0.5, abs=0.012)


def turn(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Write a matrix into the track header, as phones do."""
    plain = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", a * 65536, b * 65536, 0, c * 65536, d * 65536, 0, 0, 0, 1 << 30)
    data = path.read_bytes()
    place = data.index(plain, data.index(b"tkhd"))
    path.write_bytes(data[:place] + turned + data[place + len(turned) :])


@pytest.mark.parametrize(
    ("clockwise", "matrix", "corner"),
    [
        (0, (1, 0, 0, 1), "0:0"),
        (90, (0, 1, -1, 0), "right:0"),
        (180, (-1, 0, 0, -1), "right:bottom"),
        (270, (0, -1, 1, 0), "0:bottom"),
    ],
)
def test_a_turned_phone_is_turned_upright(
    tmp_path: Path, clockwise: int, matrix: tuple[int, int, int, int], corner: str
) -> None:
    source = tmp_path / "a.mp4"
    marked = "color=blue:s=320x240:r=25:d=0.4,drawbox=w=80:h=60:c=red:t=fill"
    ffmpeg("-f", "lavfi", "-i", marked, "-c:v", "libx264", "-pix_fmt", "yuv420p", source)
    turn(source, *matrix)
    made = encoded(source, tmp_path / "out")
    is_audio(made)
    assert made.media.video is not None
    assert made.media.video.rotation == clockwise
    rung = made.rungs[0]
    assert (rung.width > rung.height) == (clockwise in (0, 180))
    place = corner.replace("right", f"{rung.width - 8}").replace("bottom", f"{rung.height - 8}")
    red, _, blue = color_at(made.top, place)
    assert red > 150
    assert blue < 100
    assert not asked(made.top, "-show_entries", "stream_side_data=rotation")["streams"][0]


def test_odd_sizes_become_even(tmp_path: Path) -> None:
    arguments = ["-f", "lavfi", "-i", "testsrc2=s=321x181:r=25:d=1", "-c:v", "mjpeg"]
    source = tmp_path / "odd.avi"
    ffmpeg(*arguments, source)
    made = encoded(source, tmp_path / "out")
    is_audio(made)
    assert [(rung.width, rung.height) for rung in made.rungs] == [(320, 180)]


def test_a_portrait_video_has_portrait_rungs(tmp_path: Path) -> None:
    made = encoded(make(tmp_path / "a.mp4", size="360x640"), tmp_path / "out")
    is_audio(made)
    assert [(r.width, r.height) for r in made.rungs] == [(360, 640), (240, 426)]


def test_stretched_pixels_are_squared(tmp_path: Path) -> None:
    made = encoded(make(tmp_path / "a.mp4", "-vf", "setsar=2"), tmp_path / "out")
    is_audio(made)
    assert (made.rungs[0].width, made.rungs[0].height) == (640, 240)


def test_a_variable_rate_becomes_constant_and_as_long(tmp_path: Path) -> None:
    dropped = ["-vf", "select='not(between(n,10,20))+0',setpts=PTS", "-fps_mode", "passthrough"]
    source = make(tmp_path / "vfr.mp4", *dropped, rate="30")
    made = encoded(source, tmp_path / "out")
    is_audio(made)
    track = made.track(made.rungs[0].name)
    assert track.duration / track.timescale == pytest.approx(2, abs=0.05)
    assert len({f.duration / f.samples for f in track.fragments}) == 1


def test_interlaced_fields_are_woven_apart(tmp_path: Path) -> None:
    fields = ["-vf", "interlace", "-flags", "+ilme+ildct"]
    made = encoded(make(tmp_path / "i.mp4", *fields, rate="50"), tmp_path / "out")
    is_audio(made)
    assert made.media.video is not None
    assert made.media.video.interlaced
    assert "bwdif" in " ".join(made.finished.argv)


def test_a_size_that_changes_midway_keeps_the_clock(tmp_path: Path) -> None:
    parts = [make(tmp_path / f"{size}.ts", size=size) for size in ("320x240", "160x120")]
    joined = tmp_path / "joined.ts"
    ffmpeg("-i", f"concat:{parts[0]}|{parts[1]}", "-c", "copy", joined)
    made = encoded(joined, tmp_path / "out")
    track = made.track(made.rungs[0].name)
    assert check_chunk(track) == []
    assert track.duration / track.timescale == pytest.approx(4, abs=0.1)


def test_ten_bits_in_full_range_come_out_in_eight(tmp_path: Path) -> None:
    source = tmp_path / "ten.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1", "-c:v", "ffv1", "-pix_fmt",
           "yuv422p10le", "-color_range", "pc", source)  # fmt: skip
    made = encoded(source, tmp_path / "out")
    shown = asked(made.top, "-show_entries", "stream=pix_fmt,color_range")["streams"][0]
    assert shown == {"pix_fmt": "yuv420p", "color_range": "tv"}


def test_without_audio_there_is_no_audio_file(tmp_path: Path) -> None:
    made = encoded(make(tmp_path / "a.mp4"), tmp_path / "out")
    assert made.names == {rung.name for rung in made.rungs}


def test_audio_alone_is_one_audio_file(tmp_path: Path) -> None:
    source = tmp_path / "a.mp3"
    ffmpeg("-f", "lavfi", "-i", "sine=d=3", source)
    made = encoded(source, tmp_path / "out")
    is_audio(made)
    assert made.names == {"audio"}
    track = made.track("audio")
    assert track.duration / track.timescale == pytest.approx(3, abs=0.06)


def test_a_song_with_one_frame_is_heard_to_its_end(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    still = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=0.04"]
    ffmpeg(*still, "-f", "lavfi", "-i", "sine=d=5", "-pix_fmt", "yuv420p", source)
    made = encoded(source, tmp_path / "out")
    is_audio(made)
    assert abs(frames(made.top) - 125) <= 1


def test_surround_sound_becomes_stereo(tmp_path: Path) -> None:
    source = tmp_path / "a.mka"
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-ac", "6", "-c:a", "flac", source)
    made = encoded(source, tmp_path / "out")
    shown = asked(made.folder / "audio.mp4", "-show_entries", "stream=channels,sample_rate,profile")
    assert shown["streams"][0] == {"profile": "LC", "sample_rate": "48000", "channels": 2}


def test_a_source_with_broken_frames_still_comes_out(tmp_path: Path) -> None:
    source = make(tmp_path / "a.mp4", "-movflags", "+faststart")
    data = bytearray(source.read_bytes())
    for place in range(len(data) // 2, len(data) - 100, 5000):
        data[place] ^= 0xFF
    source.write_bytes(data)
    made = encoded(source, tmp_path / "out")
    assert abs(frames(made.top) - 50) <= 5


def test_metadata_and_other_streams_are_left_behind(tmp_path: Path) -> None:
    source, titled = flash_and_beep(tmp_path / "a.mp4"), tmp_path / "b.mkv"
    subtitles = tmp_path / "s.srt"
    subtitles.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    ffmpeg("-i", source, "-i", subtitles, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt",
           "-metadata", "title=SECRETTITLE", titled)  # fmt: skip
    made = encoded(titled, tmp_path / "out")
    for path in made.folder.iterdir():
        assert b"SECRETTITLE" not in path.read_bytes()


def test_init_segments_are_the_same_whatever_the_quality(tmp_path: Path) -> None:
    source = make(tmp_path / "a.mp4")
    worse = replace(SMALL, rungs=tuple(replace(s, crf=s.crf + 8) for s in SMALL.rungs))
    one, other = encoded(source, tmp_path / "1"), encoded(source, tmp_path / "2", worse)
    name = one.rungs[0].name
    assert one.track(name).init == other.track(name).init
    assert one.top.read_bytes() != other.top.read_bytes()


@pytest.mark.parametrize(
    ("transfer", "space", "tag"),
    [
        ("smpte2084", "bt2020nc", "bt709"),
        ("bt709", "bt709", "bt709"),
        ("smpte170m", "smpte170m", "smpte170m"),
        ("unknown", "unknown", "bt709"),
    ],
)
def test_colors_are_named(transfer: str, space: str, tag: str) -> None:
    video = video_stream(color_transfer=transfer, color_space=space)
    assert color_tags(video)["-colorspace"] == tag


def test_all_rungs_come_from_one_decode() -> None:
    video = video_stream(codec="vp9")
    graph = filters.video(video, ladder.rungs_for(video, ladder.DEFAULT), Fraction(0), Fraction(25))
    assert graph.count("[0:0]") == 1
    assert graph.count("scale=") == 5
    assert gop_frames(Fraction(30000, 1001), ladder.DEFAULT) == 60
