"""Audio that cannot be decoded stands in the way of nothing else, and is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import tracks
from processing.ffmpeg.tests.clips import TINY, described, encoded, ffmpeg, frames, line_of

pytestmark = pytest.mark.slow

FRAMES = ["-f", "lavfi", "-i", "testsrc2=s=256x144:r=25:d=1"]
TONES = ["-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "sine=f=880:d=1"]
MAPPED = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-map", "0", "-map", "1", "-map", "2"]


def of_object_type_42(path: Path) -> Path:
    """The first AAC of an MP4 says that it is USAC."""
    data = bytearray(path.read_bytes())
    at = data.index(b"\x05\x80\x80\x80", data.index(b"esds"))
    length = data[at + 4]
    bits = "11111" + "001010" + "0011" + "0010"
    data[at + 5 : at + 5 + length] = int(bits.ljust(length * 8, "0"), 2).to_bytes(length, "big")
    path.write_bytes(data)
    return path


def without_name(path: Path, name: bytes, kind: bytes) -> Path:
    """The first header of a codec after its name is broken."""
    data = bytearray(path.read_bytes())
    at = data.index(kind, data.index(name))
    data[at : at + len(kind)] = b"?" * len(kind)
    path.write_bytes(data)
    return path


def usac_in_mp4(path: Path) -> Path:
    ffmpeg(*FRAMES, *TONES, *MAPPED, "-c:a", "aac", path)
    return of_object_type_42(path)


def broken_vorbis_in_matroska(path: Path) -> Path:
    ffmpeg(*FRAMES, *TONES, *MAPPED, "-c:a:0", "libvorbis", "-c:a:1", "aac", path)
    return without_name(path, b"A_VORBIS", b"\x01vorbis")


def broken_flac_in_mp4(path: Path) -> Path:
    ffmpeg(*FRAMES, *TONES, *MAPPED, "-c:a:0", "alac", "-c:a:1", "aac", path)
    data = bytearray(path.read_bytes())
    inner = data.index(b"alac", data.index(b"alac", data.index(b"stsd")) + 4)
    data[inner + 8 : inner + 32] = bytes(24)
    path.write_bytes(data)
    return path


def broken_aac_in_avi(path: Path) -> Path:
    coded = ("-c:v", "mpeg4", "-c:a:0", "aac", "-c:a:1", "pcm_s16le")
    ffmpeg(*FRAMES, *TONES, "-map", "0", "-map", "1", "-map", "2", *coded, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"strf", data.index(b"auds")) + 8
    assert data[at : at + 2] == b"\xff\x00"
    data[at + 18 : at + 20] = b"\xff\xff"
    path.write_bytes(data)
    return path


def broken_wma_in_asf(path: Path) -> Path:
    coded = ("-c:v", "wmv2", "-c:a:0", "wmav2", "-c:a:1", "libmp3lame")
    ffmpeg(*FRAMES, *TONES, "-map", "0", "-map", "1", "-map", "2", *coded, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x61\x01\x01\x00")
    data[at + 2 : at + 4] = b"\x00\x00"  # channels
    path.write_bytes(data)
    return path


def broken_aac_in_flv(path: Path) -> Path:
    ffmpeg(*FRAMES, *TONES[:4], *MAPPED[:-2], "-c:a", "aac", path)
    data = bytearray(path.read_bytes())
    at = data.index(b"\xaf\x00")
    data[at + 2 : at + 4] = b"\xff\xff"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "make", "codec"),
    [
        ("a.mp4", usac_in_mp4, "xhe-aac"),
        ("a.mkv", broken_vorbis_in_matroska, "vorbis"),
        ("a.mov", broken_flac_in_mp4, "alac"),
        ("a.avi", broken_aac_in_avi, "aac"),
        ("a.wmv", broken_wma_in_asf, "wmav2"),
    ],
)
def test_a_decoder_that_does_not_open_mutes_nothing_else(
    tmp_path: Path, name: str, make: object, codec: str
) -> None:
    assert callable(make)
    path = make(tmp_path / name)
    media = described(path)
    assert [(other.kind, other.codec) for other in media.others] == [("audio", codec)]
    assert [(one.index, one.why) for one in tracks.left_out(media)] == [(1, "undecodable")]
    assert [stream.index for stream in media.audio] == [2]
    assert Media.from_json(json.loads(json.dumps(media.to_json()))) == media
    assert line_of(path, media) is not None
    made = encoded(path, tmp_path / "out", TINY, media=media)
    assert made.names == {"144p", "audio"}
    # An AVI of FFmpeg's says that its last frame is shown for as long as two.
    assert frames(made.top) == (26 if path.suffix == ".avi" else 25)


def test_frames_play_without_the_only_audio_when_it_cannot_be_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg(*FRAMES, *TONES[:4], "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", path)
    media = described(of_object_type_42(path))
    assert media.video is not None and media.audio == ()
    assert encoded(path, tmp_path / "out", TINY, media=media).names == {"144p"}


def test_frames_of_flash_play_without_audio_whose_configuration_is_broken(tmp_path: Path) -> None:
    path = broken_aac_in_flv(tmp_path / "a.flv")
    media = described(path)
    assert media.video is not None
    made = encoded(path, tmp_path / "out", TINY, media=media)
    assert frames(made.top) == 25


def test_audio_alone_that_cannot_be_decoded_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    ffmpeg(*TONES[:4], "-c:a", "aac", path)
    with pytest.raises(ProbeFailed) as caught:
        described(of_object_type_42(path))
    assert caught.value.code == "source_unsupported"
    assert "xhe-aac" in caught.value.message


def test_a_codec_without_a_name_is_called_as_the_file_calls_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg(*FRAMES, *TONES, *MAPPED, "-c:a", "ac3", path)
    data = bytearray(path.read_bytes())
    at = data.index(b"ac-3", data.index(b"stsd", data.index(b"soun")))
    data[at : at + 4] = b"ac-4"
    path.write_bytes(data)
    media = described(path)
    assert [(other.kind, other.codec) for other in media.others] == [("audio", "ac-4")]
    assert [stream.codec for stream in media.audio] == ["ac3"]
