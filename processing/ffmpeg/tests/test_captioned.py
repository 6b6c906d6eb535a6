"""Captions of television beside the pixels of frames are seen, and read."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from processing.captions import embedded
from processing.ffmpeg.media import Media
from processing.ffmpeg.tests.clips import described, ffmpeg

pytestmark = pytest.mark.slow

_SLICE = re.compile(rb"\x00\x00\x01([\x65\x41\x61\x01])")
_START = b"\x00\x00\x01"
_NOTHING = "8080"
# The codes of EIA-608: load a caption, put it at the top, write "Hello", show it; then clear.
_SHOWN, _CLEARED = 33, 75
HELLO = ["9420", "9420", "9140", "9140", "c8e5", "ecec", "ef80", "942f", "942f"]
PAIRS = {
    **{_SHOWN - len(HELLO) + 1 + number: pair for number, pair in enumerate(HELLO)},
    _CLEARED: "942c",
    _CLEARED + 1: "942c",
}


def broadcast(path: Path, pairs: Mapping[int, str] | None) -> Media:
    """Four seconds of 25 frames a second in a transport stream, with these pairs of codes beside
    the frames of these numbers; None for a stream without captions."""
    bare = path.with_suffix(".h264")
    encoded = ["-c:v", "libx264", "-bf", "0", "-pix_fmt", "yuv420p"]
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4", *encoded, bare)
    if pairs is not None:
        numbers = iter(range(10_000))

        def captioned(found: re.Match[bytes]) -> bytes:
            message = _message(pairs.get(next(numbers), _NOTHING))
            return _START + message + _START + found[1]

        bare.write_bytes(_SLICE.sub(captioned, bare.read_bytes()))
    ffmpeg("-r", "25", "-i", bare, "-c", "copy", "-output_ts_offset", "10", path)
    return described(path)


def _message(pair: str) -> bytes:
    """A message of H.264 with one pair of codes, as ATSC A/53 part 4 has it."""
    told = b"\xb5\x00\x31GA94\x03\x41\xff\xfc" + bytes.fromhex(pair) + b"\xff"
    return bytes([6, 4, len(told)]) + told + b"\x80"


def read(path: Path, media: Media) -> list[embedded.Embedded]:
    """What is read of the frames by this machine's FFmpeg."""
    return embedded.extract_from_frames(
        path,
        media,
        path.parent,
        ffmpeg="ffmpeg",
        run=lambda argv: subprocess.run(argv, check=True, capture_output=True),
    )


@pytest.mark.parametrize("name", ["a.ts", "it's [a], b;c: d\\e.ts"])
def test_captions_in_the_frames_of_a_broadcast_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    media = broadcast(path, PAIRS)
    assert media.video is not None and media.video.captioned
    [found] = read(path, media)
    assert found.document is not None
    [cue] = found.document.cues
    assert cue.text == "Hello"
    # Their clock begins at 11.4 seconds, as the frames' does.
    assert abs(cue.start - _SHOWN * 40) <= 80 and abs(cue.end - _CLEARED * 40) <= 80
    assert not list(tmp_path.glob("*.srt"))


def test_frames_whose_captions_are_empty_have_none(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    media = broadcast(path, {})
    assert media.video is not None and media.video.captioned
    assert read(path, media) == []


def test_frames_without_captions_are_not_decoded_for_them(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    media = broadcast(path, None)
    assert media.video is not None and not media.video.captioned
    assert read(path, media) == []
