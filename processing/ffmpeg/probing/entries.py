"""The sample descriptions of a video track of an MP4 or QuickTime file, which describe its frames.
FFmpeg reports only the last one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg.probing import index
from processing.mp4 import box, tkhd
from processing.mp4.box import Box, MalformedBoxes, unpack
from processing.mp4.tables import number

_MAX_DESCRIPTIONS = 1024 * 1024
_VISUAL_HEADER = 78


@dataclass(frozen=True)
class Entry:
    """The first of `count` descriptions. `width` and `height` are as coded; `pasp` is the pixel
    aspect if it gives one; `shown` has the sides of the track as shown; `avcc` is the configuration
    of H.264, empty for other codecs."""

    count: int
    width: int
    height: int
    pasp: Fraction | None
    shown: tuple[int, int]
    avcc: bytes

    @property
    def sar(self) -> Fraction:
        """The pixel aspect of the first description."""
        across, down = self.shown
        if self.pasp is not None or not (across and down and self.width and self.height):
            return self.pasp or Fraction(1)
        return Fraction(across * self.height, down * self.width).limit_denominator(1000)


def first_of(path: Path, track: int) -> Entry | None:
    """Return the first description of the track with that id, None if there is none to read."""
    try:
        with path.open("rb") as file:
            return _first(file, *index.description(file, track))
    except (MalformedBoxes, OSError, OverflowError):
        return None


def _first(file: BinaryIO, header: bytes, stsd: Box) -> Entry:
    table = box.content(file, stsd, most=_MAX_DESCRIPTIONS)
    count, size = number(table, 4), number(table, 8)
    width, height = unpack(">2H", table, 16 + 24)
    begin, end = stsd.start + 8, min(stsd.start + 8 + size, stsd.end)
    found = box.inside(file, Box(b"", begin, 8 + _VISUAL_HEADER, end - begin))
    return Entry(
        count, width, height, _pasp(file, found), tkhd.size(header), _content(file, found, b"avcC")
    )


def _pasp(file: BinaryIO, found: list[Box]) -> Fraction | None:
    told = _content(file, found, b"pasp")
    across, down = unpack(">2I", told) if len(told) == 8 else (0, 0)
    return Fraction(across, down) if across and down else None


def _content(file: BinaryIO, found: list[Box], kind: bytes) -> bytes:
    one = box.maybe(found, kind)
    return b"" if one is None else box.content(file, one, most=_MAX_DESCRIPTIONS)
