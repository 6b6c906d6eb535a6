"""Whether bytes of an MP4 or QuickTime file are missing: its boxes or its index reach past its end.

The duration it claims proves nothing: in complete files too, edit lists and headers promise more
than is shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg.probing import index
from processing.mp4 import box, stbl
from processing.mp4.box import Box, MalformedBoxes

# The boxes of a film; anything else that reaches past the end is appended junk.
_PARTS = (b"mdat", b"moov", b"moof", b"free", b"skip", b"wide", b"sidx", b"styp", b"uuid", b"meta")
_MAX_TRACKS = 128
# The most samples examined in all tracks together: a second's work.
_MAX_SAMPLES = stbl.MAX_SAMPLES


def is_cut(path: Path) -> bool:
    """Whether the file ends before its contents do."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, 2)
            return _ends_in_a_part(file, length) or any(reach > length for reach in _reaches(file))
    except (MalformedBoxes, OSError, OverflowError):
        return False


def breaks_off(path: Path) -> bool:
    """Whether media are missing at the end: media the index points at, or, in a fragmented file,
    which has no index, the rest of its last box."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, 2)
            if _is_fragmented(file):
                return _ends_in_a_part(file, length)
            return any(reach > length for reach in _reaches(file))
    except (MalformedBoxes, OSError, OverflowError):
        return False


def _is_fragmented(file: BinaryIO) -> bool:
    film = box.first(file, b"moov")
    return film is not None and any(one.kind == b"mvex" for one in box.inside(file, film))


def _ends_in_a_part(file: BinaryIO, length: int) -> bool:
    last = box.last(file)
    return last is not None and last.kind in _PARTS and last.end > length


def _reaches(file: BinaryIO) -> list[int]:
    """Return where the media of each track end according to its index."""
    film = box.maybe(box.top(file), b"moov")
    traks = [one for one in box.inside(file, film) if one.kind == b"trak"] if film else []
    left, reaches = _MAX_SAMPLES, []
    for trak in traks[:_MAX_TRACKS]:
        reach, samples = _reach(file, trak, left)
        left -= samples
        reaches.append(reach)
    return reaches


def _reach(file: BinaryIO, trak: Box, most: int) -> tuple[int, int]:
    try:
        return index.reach(file, trak, most=most)
    except (MalformedBoxes, OverflowError):
        return 0, 0
