"""A file nothing can be made of is refused with the one sentence that is true of it."""

from __future__ import annotations

import struct
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.probing import missing, probe_errors, stills
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.probing.probe import ProbeLimits
from processing.ffmpeg.tests.clips import (
    described,
    encoded,
    ffmpeg,
    frames,
    line_of,
    make,
    video_stream,
)


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(ProbeFailed) as caught:
        described(path)
    return caught.value.code, caught.value.message


BEGINNINGS = {
    "WebP": b"RIFF\x24\0\0\0WEBPVP8X",
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "AVIF": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
}


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_still_frame_is_told_what_is_taken(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(BEGINNINGS[kind] + bytes(200))
    code, message = refused(path)
    assert code == "source_unsupported"
    assert f"({kind})" in message
    assert "animated GIF or PNG, or an audio file" in message


def test_real_stills_are_refused_and_animations_are_not(tmp_path: Path) -> None:
    one = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=1"]
    for name in ("a.jpg", "a.png"):
        ffmpeg(*one, "-frames:v", "1", "-update", "1", tmp_path / name)
        assert refused(tmp_path / name)[0] == "source_unsupported"
        assert stills.kind_of(tmp_path / name) == {"a.jpg": "JPEG", "a.png": "PNG"}[name]
    for name in ("a.apng", "a.gif"):
        ffmpeg(*one, tmp_path / name)
        assert described(tmp_path / name).video is not None


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.mov"])
@pytest.mark.parametrize("late", [0, 12])
def test_one_frame_beside_audio_plays(tmp_path: Path, name: str, late: int) -> None:
    """Of H.264, whose decoder gives it only at the end; also when it comes late."""
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "sine=d=20", "-itsoffset", str(late), "-f", "lavfi", "-i",
           "testsrc=s=64x64,trim=end_frame=1", "-c:v", "libx264", "-pix_fmt", "yuv420p",
           "-c:a", "aac", path)  # fmt: skip
    media = described(path)
    assert media.video is not None
    assert (media.video.pixel_format, media.video.width) == ("yuv420p", 64)
    assert len(media.audio) == 1
    if not late:
        made = encoded(path, tmp_path / "out", media=with_timeline(media, line_of(path, media)))
        assert frames(made.top) >= 1


def damaged(path: Path, *arguments: str) -> Path:
    """A clip whose frames cannot be decoded: their bytes are noise, their index is whole."""
    make(path, *arguments)
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat") + 4
    size = struct.unpack_from(">I", data, begin - 8)[0] - 8
    data[begin : begin + size] = bytes(n * 37 % 251 for n in range(size))
    path.write_bytes(data)
    return path


def test_frames_that_cannot_be_decoded_are_said_to_be_damaged(tmp_path: Path) -> None:
    code, message = refused(damaged(tmp_path / "a.mp4"))
    assert code == "source_unsupported"
    assert message == (
        "None of the video and audio in the file can be decoded, because it is damaged (h264)."
    )


def test_a_file_that_points_past_its_end_is_cut(tmp_path: Path) -> None:
    whole = make(tmp_path / "a.mp4", "-movflags", "+faststart").read_bytes()
    at = whole.index(b"mdat")
    (tmp_path / "b.mp4").write_bytes(whole[: at + 4])
    assert refused(tmp_path / "b.mp4")[0] == "source_truncated"
    # The same without a claim of the box: only the index knows.
    open_ended = whole[: at - 4] + struct.pack(">I", 0) + whole[at : at + 4]
    (tmp_path / "c.mp4").write_bytes(open_ended)
    assert refused(tmp_path / "c.mp4")[0] == "source_truncated"
    (tmp_path / "d.mp4").write_bytes(open_ended + whole[at + 4 :])
    assert not missing.is_cut(tmp_path / "d.mp4")
    (tmp_path / "e.mp4").write_bytes(open_ended + whole[at + 4 : -100])
    assert missing.is_cut(tmp_path / "e.mp4")
    (tmp_path / "f.mp4").write_bytes(whole + b"\0\0\xff\xffjunk of somebody else")
    assert not missing.is_cut(tmp_path / "f.mp4")


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_a_film_that_only_refers_to_other_files_is_told_so(tmp_path: Path, name: str) -> None:
    """As an editor saves it: the index is whole, and nothing it points at is in this file."""
    path = make(tmp_path / name, "-movflags", "+faststart")
    data = path.read_bytes()
    data = data[: data.index(b"mdat") - 4]
    at = data.index(b"dref") + 12
    path.write_bytes(data[: at + 8] + bytes(4) + data[at + 12 :])
    code, message = refused(path)
    assert code == "source_unsupported"
    assert "refers to other files" in message


def test_a_fragmented_file_that_ends_inside_a_box_is_cut(tmp_path: Path) -> None:
    flags = "+frag_keyframe+empty_moov"
    whole = make(tmp_path / "a.mp4", "-movflags", flags, "-g", "10").read_bytes()
    assert not missing.is_cut(tmp_path / "a.mp4")
    (tmp_path / "b.mp4").write_bytes(whole[: len(whole) // 2])
    assert missing.is_cut(tmp_path / "b.mp4")
    # Nothing but the header: nothing is missing of it, and nothing is in it.
    (tmp_path / "c.mp4").write_bytes(whole[: whole.index(b"moof") - 4])
    assert refused(tmp_path / "c.mp4") == (
        "source_truncated",
        "The file is empty: it holds neither video nor audio.",
    )


def test_a_film_whose_header_promises_more_is_whole(tmp_path: Path) -> None:
    """As phones write them that cut a film by an edit list: nothing is missing."""
    path = make(tmp_path / "a.mp4", "-g", "50", "-bf", "0")
    data = bytearray(path.read_bytes())
    for kind, at in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20), (b"elst", 12)):
        place = data.index(kind) + at
        struct.pack_into(">I", data, place, 2 * struct.unpack_from(">I", data, place)[0])
    path.write_bytes(data)
    media = described(path)
    line = line_of(path, media)
    assert line is not None
    assert media.video is not None
    probe_errors.require_all_there(media, line, path)


def test_too_many_streams_are_one_matter(tmp_path: Path) -> None:
    """Whether FFmpeg gives up counting them or we do."""
    data = make(tmp_path / "a.mp4", "-movflags", "+faststart").read_bytes()
    begin = data.index(b"trak") - 4
    size = struct.unpack_from(">I", data, begin)[0]
    trak, moov = data[begin : begin + size], data.index(b"moov") - 4
    for count in (100, 3000):
        traks = b"".join(
            trak[:28] + struct.pack(">I", number + 1) + trak[32:] for number in range(count)
        )
        longer = struct.unpack_from(">I", data, moov)[0] + size * (count - 1)
        head = data[:moov] + struct.pack(">I", longer) + data[moov + 4 : begin]
        path = tmp_path / f"{count}.mp4"
        path.write_bytes(head + traks + data[begin + size :])
        assert refused(path) == ("source_too_large", "The file has too many streams.")


def lasting(**changes: Any) -> Media:
    video = video_stream(**changes)
    return Media("mov,mp4", video.duration or 0.0, 200_000, None, video, ())


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"width": 1920, "height": 1080, "duration": 43_000.0, "frames": 2_580_000}, False),
        ({"width": 3840, "height": 2160, "duration": 43_000.0, "frames": 1_290_000}, False),
        ({"width": 4096, "height": 4096, "duration": 43_000.0, "frames": 2_580_000,
          "frame_rate": Fraction(60)}, True),
        # Two frames that are repeated for half a day.
        ({"width": 8192, "height": 8192, "duration": 43_000.0, "frames": 2,
          "frame_rate": Fraction(60)}, True),
    ],
)  # fmt: skip
def test_a_file_may_not_ask_for_any_amount_of_work(changes: dict[str, Any], refused: bool) -> None:
    with pytest.raises(ProbeFailed) if refused else nullcontext():
        probe_errors.require_within(lasting(**changes), ProbeLimits())
    few = ProbeLimits(max_decoded_pixels=1)
    with pytest.raises(ProbeFailed) as caught:
        probe_errors.require_within(lasting(**changes), few)
    assert caught.value.code == "source_too_large"
