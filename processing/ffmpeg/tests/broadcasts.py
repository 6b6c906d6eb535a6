"""Recordings of broadcasts whose frames carry captions of television."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from processing.ffmpeg.media import Media
from processing.ffmpeg.tests.clips import described, ffmpeg

_SLICE = re.compile(rb"\x00\x00\x01([\x65\x41\x61\x01])")
_START = b"\x00\x00\x01"
_NOTHING = "8080"
# The codes of EIA-608: load a caption, put it at the top, write "Hello", show it; then clear.
SHOWN, CLEARED = 33, 75
HELLO = ["9420", "9420", "9140", "9140", "c8e5", "ecec", "ef80", "942f", "942f"]
PAIRS = {
    **{SHOWN - len(HELLO) + 1 + number: pair for number, pair in enumerate(HELLO)},
    CLEARED: "942c",
    CLEARED + 1: "942c",
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
