"""Files that break off, as copies and recordings do, say so; those that are whole do not."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.planning.plan import plan_encode
from processing.ffmpeg.probing import broken_off
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import described, ffmpeg, line_of

pytestmark = pytest.mark.slow

SECONDS = 6
ASF = broken_off._ASF_PROPERTIES
FRAMES = ["-f", "lavfi", "-i", f"testsrc2=s=96x64:r=25:d={SECONDS}"]
TONE = ["-f", "lavfi", "-i", f"sine=d={SECONDS}"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25"]
TELL_HOW_LONG = {
    "a.mkv": [*FRAMES, *TONE, *X264],
    "a.flv": [*FRAMES, *TONE, *X264, "-c:a", "aac"],
    "a.avi": [*FRAMES, *TONE, "-c:v", "mpeg4", "-c:a", "mp3"],
    "a.asf": [*FRAMES, *TONE, "-c:v", "wmv2", "-c:a", "wmav2"],
    "a.wma": TONE,
    "a.flac": TONE,
    "a.wav": TONE,
    "a.aiff": TONE,
    "a.caf": [*TONE, "-c:a", "pcm_s16le"],
    "a.au": TONE,
    "a.mp3": TONE,
    "a.m4a": [*TONE, "-movflags", "+faststart"],
}
DO_NOT = {
    "a.mp4": [*FRAMES, *X264, "-movflags", "+frag_keyframe+empty_moov"],
    "a.ogg": [*TONE, "-c:a", "libvorbis"],
    "a.w64": TONE,
    "a.gif": [*FRAMES, "-r", "5"],
    "a.apng": [*FRAMES, "-r", "5", "-c:v", "apng"],
}
PIPED = {
    "wav": TONE, "flac": TONE, "mp3": TONE, "caf": [*TONE, "-c:a", "pcm_s16le"], "au": TONE,
    "avi": [*FRAMES, "-c:v", "mpeg4"], "matroska": [*FRAMES, *X264],
    "flv": [*FRAMES, *X264], "asf": [*FRAMES, "-c:v", "wmv2"], "ogg": [*TONE, "-c:a", "flac"],
}  # fmt: skip


def told(path: Path) -> dict[str, dict[str, float]]:
    """The notices that speak of what is not there."""
    media = described(path)
    line = line_of(path, media)
    plan, _ = plan_encode(with_timeline(media, line), line, DEFAULT)
    codes = ("source_incomplete", "source_broken_off")
    return {n.code: dict(n.details) for n in plan.notices if n.code in codes}


def cut(path: Path) -> Path:
    """The first two fifths of a file."""
    data = path.read_bytes()
    short = path.with_name(f"cut-{path.name}")
    short.write_bytes(data[: len(data) * 2 // 5])
    return short


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", TELL_HOW_LONG)
def test_a_file_that_tells_its_length_says_how_much_of_it_is_there(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    ffmpeg(*TELL_HOW_LONG[name], path)
    assert told(path) == {}
    details = told(cut(path))["source_incomplete"]
    assert details["told"] == pytest.approx(SECONDS, abs=0.15)
    assert 1 < details["arrived"] < 4


@pytest.mark.parametrize("name", DO_NOT)
def test_one_that_does_not_says_that_it_breaks_off(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    ffmpeg(*DO_NOT[name], path)
    assert told(path) == {}
    assert 0 < told(cut(path))["source_broken_off"]["arrived"] < 4


@pytest.mark.parametrize("name", PIPED)
def test_what_was_written_into_a_pipe_is_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"a.{name}"
    argv = ["ffmpeg", "-v", "error", *PIPED[name], "-f", name, "-"]
    path.write_bytes(subprocess.run(argv, check=True, capture_output=True).stdout)
    assert told(path) == {}


MAGIC = [b"", b"RIFF", b"ID3\x03\0\0", b"caff\0\1\0\0", b"OggS", b"RIFF\xff\xff\0\0WAVEfmt "]


@given(
    container=st.sampled_from(["avi", "wav", "asf", "caf", "w64", "mp3", "ogg", "gif", "apng"]),
    magic=st.sampled_from(MAGIC),
    data=st.binary(max_size=200),
    words=st.sampled_from(
        [b"", b"desc", b"data", b"Xing\0\0\0\3", ASF, b"LIST\xff\xff\0\0hdrlstrh"]
    ),
)
def test_nonsense_raises_nothing(container: str, magic: bytes, data: bytes, words: bytes) -> None:
    with NamedTemporaryFile() as file:
        file.write(magic + data[:20] + words + data[20:])
        file.flush()
        broken_off.find(Path(file.name), container)


def test_an_mp4_whose_index_is_all_there_is_whole_whatever_its_last_box_says(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg(*FRAMES, *X264, "-movflags", "+faststart", path)
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    data[at : at + 4] = (size + 100_000).to_bytes(4, "big")
    path.write_bytes(data)
    assert told(path) == {}
