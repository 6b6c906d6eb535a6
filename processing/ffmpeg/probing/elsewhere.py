"""Whether an MP4 or QuickTime file keeps its media in other files, as editors save a film that only
refers to its parts (ISO/IEC 14496-12, 8.7.2)."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from processing.mp4 import box
from processing.mp4.box import Box, MalformedBoxes
from processing.mp4.tables import number

_MAX_TRACKS = 128
# Bytes of references to other files: QuickTime stores whole paths.
_MAX_REFERENCES = 16 * 1024 * 1024
_HEADER = 8
_IN_THIS_FILE = 1


def is_any(path: Path) -> bool:
    """Whether some track keeps all its media in other files."""
    try:
        with path.open("rb") as file:
            film = box.maybe(box.top(file), b"moov")
            traks = [one for one in box.inside(file, film) if one.kind == b"trak"] if film else []
            return any(_is_elsewhere(file, trak) for trak in traks[:_MAX_TRACKS])
    except (MalformedBoxes, OSError, OverflowError):
        return False


def _is_elsewhere(file: BinaryIO, trak: Box) -> bool:
    found = trak
    for kind in (b"mdia", b"minf", b"dinf", b"dref"):
        inner = box.maybe(box.inside(file, found), kind)
        if inner is None:
            return False
        found = inner
    references = _flags(box.content(file, found, most=_MAX_REFERENCES))
    return bool(references) and not any(flags & _IN_THIS_FILE for flags in references)


def _flags(dref: bytes) -> list[int]:
    """Return the flags of each reference."""
    at, found = _HEADER, []
    for _ in range(number(dref, 4)):
        size = number(dref, at)
        if size < _HEADER + 4 or at + size > len(dref):
            break
        found.append(number(dref, at + _HEADER) & 0xFFFFFF)
        at += size
    return found
