"""Captions of television beside the pixels of frames are seen, and told as left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processing.ffmpeg.tests.clips import described, ffmpeg

pytestmark = pytest.mark.slow

# A message of H.264 with one pair of bytes of captions, as ATSC A/53 part 4 has it.
_CAPTIONS = b"\xb5\x00\x31GA94\x03\x41\xff\xfc\x94\x20\xff"
_MESSAGE = bytes([6, 4, len(_CAPTIONS)]) + _CAPTIONS + b"\x80"
_SLICE = re.compile(rb"\x00\x00\x01([\x65\x41\x61\x01])")


@pytest.mark.parametrize("captioned", [True, False])
def test_captions_in_the_frames_of_a_broadcast_are_seen(tmp_path: Path, captioned: bool) -> None:
    bare, path = tmp_path / "a.h264", tmp_path / "a.ts"
    encoded = ["-c:v", "libx264", "-bf", "0", "-pix_fmt", "yuv420p"]
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1", *encoded, bare)
    if captioned:
        start = b"\x00\x00\x01"
        bare.write_bytes(_SLICE.sub(start + _MESSAGE + start + rb"\1", bare.read_bytes()))
    ffmpeg("-r", "25", "-i", bare, "-c", "copy", path)
    video = described(path).video
    assert video is not None
    assert video.captioned is captioned
