"""Codecs by their sample descriptions and their first samples."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from processing.ffmpeg.tests.clips import ffmpeg
from processing.mp4.box import MalformedBoxes, box
from processing.mp4.init_segment import read_init, read_runs
from processing.mp4.stsd import SampleEntry
from processing.packaging import codecs
from processing.packaging.codecs import av1, avc, hevc, opus
from processing.packaging.codecs.codec import Beginning

FLAGS = "+frag_keyframe+empty_moov+default_base_moof"
# 320x240 at level 2.0: profile 0, 8 bits; a sequence header of three bytes.
AV1C = bytes([0x81, 0, 0x0C, 0]) + bytes([0x0A, 3, 1, 2, 3])
HEADER = bytes([0x0A, 3, 1, 2, 3])
KEY_FRAME, OTHER_FRAME = bytes([0x32, 2, 0x10, 0]), bytes([0x32, 2, 0x30, 0])
SHOWN_AGAIN, HIDDEN_KEY = bytes([0x1A, 1, 0x80]), bytes([0x32, 2, 0, 0])


def entry(kind: bytes, configuration: bytes, body: bytes) -> SampleEntry:
    return SampleEntry(kind, box(configuration, body))


def begun(sample: bytes) -> Beginning:
    file = io.BytesIO(sample)
    return av1.CODEC.beginning(file, 0, len(sample), entry(b"av01", b"av1C", AV1C))


@pytest.mark.parametrize(
    ("body", "string"),
    [
        (bytes([0x81, 0, 0x0C, 0]), "av01.0.00M.08"),
        (bytes([0x81, 0x08, 0x4C, 0]), "av01.0.08M.10"),
        (bytes([0x81, 0x2D, 0xEC, 0]), "av01.1.13H.12"),
    ],
)
def test_what_av1_is_called(body: bytes, string: str) -> None:
    assert av1.CODEC.codec_string(entry(b"av01", b"av1C", body)) == string


def test_what_the_others_are_called() -> None:
    h264 = entry(b"avc1", b"avcC", bytes([1, 0x64, 0, 0x28, 0xFF]))
    assert avc.CODEC.codec_string(h264) == "avc1.640028"
    h265 = bytes([1, 1, 0x60, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, 93, *range(10)])
    assert hevc.CODEC.codec_string(entry(b"hvc1", b"hvcC", h265)) == "hvc1.1.6.L93.B0"
    assert opus.CODEC.codec_string(entry(b"Opus", b"dOps", bytes(11))) == "opus"


def test_strings_are_known_again() -> None:
    strings = ["avc1.640028", "hvc1.1.6.L93.B0", "av01.0.00M.08", "mp4a.40.2", "opus"]
    assert list(map(codecs.of_string, strings)) == ["h264", "hevc", "av1", "aac", "opus"]
    assert codecs.of_string("vp09.00") == "vp09.00"
    with pytest.raises(MalformedBoxes):
        codecs.of_entry(SampleEntry(b"vp09", b""))


@pytest.mark.parametrize(
    ("sample", "told"),
    [
        (HEADER + KEY_FRAME, Beginning(True)),
        (bytes([0x12, 0]) + HEADER + KEY_FRAME, Beginning(True)),  # a delimiter first
        (bytes([0x0A, 3, 1, 2, 4]) + KEY_FRAME, Beginning(True, own_parameters=True)),
        (KEY_FRAME, Beginning(False)),  # nothing says how it is to be decoded
        (HEADER + OTHER_FRAME, Beginning(False)),
        (HEADER + HIDDEN_KEY, Beginning(False)),
        (HEADER + SHOWN_AGAIN, Beginning(False)),
        (HEADER, Beginning(False)),
    ],
)
def test_what_a_sample_of_av1_is(sample: bytes, told: Beginning) -> None:
    assert begun(sample) == told


@pytest.mark.parametrize("sample", [bytes([0x0A, 200, 1]), bytes([0x0A, 0x80])])
def test_units_that_go_on_beyond_their_sample_are_malformed(sample: bytes) -> None:
    with pytest.raises(MalformedBoxes):
        begun(sample)


def test_a_group_of_hevc_begins_with_an_idr_frame(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    params = "log-level=none:keyint=5:min-keyint=5:scenecut=0:open-gop={}"
    told = {}
    for open_gop in (0, 1):
        made = ["-c:v", "libx265", "-preset", "ultrafast", "-bf", "2", "-x265-params"]
        made += [params.format(open_gop), "-tag:v", "hvc1", "-movflags", FLAGS]
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=1", *made, path)
        with path.open("rb") as file:
            init = read_init(file)
            codec = codecs.of_entry(init.entry)
            runs = [run for _, _, run in read_runs(file, init)]
            told[open_gop] = [
                codec.beginning(file, run.payload, run.samples[0].size, init.entry) for run in runs
            ]
    assert codec.codec_string(init.entry).startswith("hvc1.")
    assert told == {0: [Beginning(True)] * 2, 1: [Beginning(True), Beginning(False)]}
