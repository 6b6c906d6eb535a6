"""Interlaced frames and the aspect of pixels are what the frames say, whatever headers do."""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import pixels
from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.probing import entries, sps
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import asked, described, encoded, ffmpeg, line_of
from tests import corpus

pytestmark = pytest.mark.slow

MOVING = "testsrc2=s=320x240:d=2"


def combed(path: Path) -> int:
    """Frames after two seconds in which lines of two moments are woven."""
    log = ffmpeg("-ss", "2.2", "-i", path, "-vf", "idet", "-f", "null", "-")
    found = re.search(r"Multi frame detection: TFF: *(\d+) BFF: *(\d+)", log)
    assert found, log
    return int(found[1]) + int(found[2])


def joined(path: Path, parts: list[Path]) -> Path:
    listed = path.with_suffix(".txt")
    listed.write_text("".join(f"file '{part}'\n" for part in parts))
    ffmpeg("-f", "concat", "-safe", "0", "-i", listed, "-c", "copy", path)
    return path


def progressive_then_interlaced(folder: Path, codec: str, name: str) -> Path:
    """Two seconds of whole frames, then two of fields."""
    whole, fields = folder / f"whole{Path(name).suffix}", folder / f"fields{Path(name).suffix}"
    coded = ["-c:v", codec, "-pix_fmt", "yuv420p", "-g", "25"]
    ffmpeg("-f", "lavfi", "-i", f"{MOVING}:r=25", *coded, whole)
    ffmpeg("-f", "lavfi", "-i", f"{MOVING}:r=50", "-vf", "interlace=lowpass=off", *coded,
           "-flags", "+ilme+ildct", fields)  # fmt: skip
    return joined(folder / name, [whole, fields])


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("codec", "name"),
    [("mpeg2video", "a.ts"), ("libx264", "a.ts"), ("libx264", "a.mkv"), ("mpeg2video", "a.mkv")],
)
def test_fields_that_come_later_are_not_combed(tmp_path: Path, codec: str, name: str) -> None:
    source = progressive_then_interlaced(tmp_path, codec, name)
    media = described(source)
    media = with_timeline(media, line_of(source, media))
    assert media.video is not None
    assert media.video.field_order in ("progressive", "unknown")
    assert combed(source) > 20
    made = encoded(source, tmp_path / "out", media=media)
    assert combed(made.top) < 8  # of 45; the filter that counts settles first


def test_a_size_that_changes_is_followed_where_fields_may_come(tmp_path: Path) -> None:
    small, large = tmp_path / "small.ts", tmp_path / "large.ts"
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25"]
    ffmpeg("-f", "lavfi", "-i", "color=red:s=320x240:r=25:d=1", *coded, small)
    ffmpeg("-f", "lavfi", "-i", "color=red:s=160x240:r=25:d=1", *coded, large)
    source = joined(tmp_path / "a.ts", [small, large])
    made = encoded(source, tmp_path / "out")
    last = tmp_path / "last.png"
    ffmpeg("-ss", "1.5", "-i", made.top, "-frames:v", "1", "-update", "1", last)
    assert brightness(last, "20:120") < 10 < brightness(last, "160:120")  # bars beside it
    assert len(asked(made.top, "-show_entries", "packet=pts")["packets"]) == 50


def brightness(path: Path, place: str) -> int:
    log = ffmpeg("-i", path, "-vf", f"crop=8:8:{place},format=rgb24,signalstats,metadata=print",
                 "-f", "null", "-")  # fmt: skip
    found = re.search(r"YAVG=(\d+)", log)
    assert found, log
    return int(found[1]) - 16


def two_descriptions(path: Path) -> Path:
    """A film of 320x240 whose track also describes frames of 160x240, of which there are none."""
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1", "-c:v", "libx264", "-preset",
           "ultrafast", "-pix_fmt", "yuv420p", path)  # fmt: skip
    data = bytearray(path.read_bytes().replace(b"pasp", b"free"))
    at = data.index(b"stsd") - 4
    size = struct.unpack_from(">I", data, at)[0]
    second = bytearray(data[at + 16 : at + size])
    struct.pack_into(">H", second, 32, 160)
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"):
        place = data.index(kind) - 4
        grown = struct.unpack_from(">I", data, place)[0] + len(second)
        struct.pack_into(">I", data, place, grown)
    struct.pack_into(">I", data, at + 12, 2)
    data[at + size : at + size] = second
    path.write_bytes(data)
    return path


def test_the_aspect_is_that_of_the_first_description(tmp_path: Path) -> None:
    source = two_descriptions(tmp_path / "a.mov")
    guess = asked(source, "-show_entries", "stream=sample_aspect_ratio")["streams"][0]
    assert guess == {"sample_aspect_ratio": "2:1"}
    video = described(source).video
    assert video is not None
    assert (video.sar, video.sar_repaired, video.display_width) == (Fraction(1), True, 320)
    made = encoded(source, tmp_path / "out")
    told = asked(made.top, "-show_entries", "stream=width,height,sample_aspect_ratio")
    assert told["streams"][0] == {"width": 320, "height": 240, "sample_aspect_ratio": "1:1"}
    log = ffmpeg("-i", made.top, "-vf", "cropdetect=round=2", "-frames:v", "10", "-f", "null", "-")
    assert "crop=320:240:0:0" in log  # no bars


def test_one_description_is_left_to_the_container(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", f"{MOVING},setsar=2", "-c:v", "libx264", "-pix_fmt", "yuv420p",
           source)  # fmt: skip
    video = described(source).video
    assert video is not None
    assert (video.sar, video.sar_repaired) == (Fraction(2), False)
    assert pixels.before_grid(video)[0].startswith("scale")
    entry = entries.first_of(source, video.track or 0)
    assert entry is not None
    assert (entry.count, entry.sar) == (1, Fraction(2))


@pytest.mark.parametrize(
    ("pasp", "told"), [((9, 1), "9:1"), ((1, 9), "1:9"), ((0, 0), ""), ((8, 1), "")]
)
def test_pixels_of_no_usual_shape_are_told(
    tmp_path: Path, pasp: tuple[int, int], told: str
) -> None:
    video = described(of_aspect(tmp_path / "a.mp4", *pasp)).video
    assert video is not None
    assert video.aspect_told == told


@pytest.mark.parametrize("pasp", [(2**32 - 1, 1), (1, 2**32 - 1), (2**31, 2**31 - 1)])
def test_pixels_ffmpeg_cannot_count_are_refused(tmp_path: Path, pasp: tuple[int, int]) -> None:
    with pytest.raises(ProbeFailed) as caught:
        described(of_aspect(tmp_path / "a.mp4", *pasp))
    assert caught.value.code == "source_unsupported"


def of_aspect(path: Path, across: int, down: int) -> Path:
    ffmpeg("-f", "lavfi", "-i", MOVING, "-frames:v", "5", "-c:v", "libx264", "-pix_fmt", "yuv420p",
           path)  # fmt: skip
    data = bytearray(path.read_bytes())
    struct.pack_into(">2I", data, data.index(b"pasp") + 4, across, down)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        (["-profile:v", "high"], True),
        (["-profile:v", "baseline"], True),
        (["-profile:v", "high", "-x264-params", "cqm=jvt"], True),
        (["-profile:v", "high", "-flags", "+ilme+ildct"], False),
        (["-profile:v", "main", "-x264-params", "fake-interlaced=1"], False),
    ],
)
def test_parameter_sets_tell_whether_fields_may_come(
    tmp_path: Path, arguments: list[str], whole: bool
) -> None:
    source = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", MOVING, "-frames:v", "5", "-c:v", "libx264", "-pix_fmt", "yuv420p",
           *arguments, source)  # fmt: skip
    video = described(source).video
    assert video is not None
    assert video.whole_frames is whole


@pytest.mark.parametrize("avcc", [b"", b"\1", b"\1d\0\37\377\341\0\40", bytes(40)])
def test_parameter_sets_that_cannot_be_read_tell_nothing(avcc: bytes) -> None:
    assert sps.is_whole(avcc) is None


@corpus.needs_corpus
@pytest.mark.corpus
def test_reported_files_are_neither_combed_nor_stretched(tmp_path: Path) -> None:
    reports = corpus.CORPUS / "reports"
    made = encoded(reports / "mpeg2_progressive_then_interlaced.ts", tmp_path / "fields")
    assert combed(made.top) < 8  # of 45; the filter that counts settles first
    video = described(reports / "mov_two_sample_descriptions.mov").video
    assert video is not None
    assert (video.display_width, video.display_height) == (640, 360)
