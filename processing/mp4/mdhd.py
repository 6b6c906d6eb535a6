"""The header of a track's media: ticks a second, duration, language. `mvhd` has the same
beginning."""

from __future__ import annotations

import struct

from processing.mp4.box import MalformedBoxes, box, unpack
from processing.mp4.tables import number

_MAX_TIMESCALE = 2**31


def timescale(header: bytes) -> int:
    """Return the ticks a second."""
    scale = number(header, 20 if header[:1] == b"\1" else 12)
    if not 0 < scale < _MAX_TIMESCALE:
        raise MalformedBoxes("The track has no timescale.")
    return scale


def write(original: bytes, *, ticks_a_second: int, duration: int) -> bytes:
    """Return the box with the language of `original`, and these ticks a second and this
    duration."""
    language = unpack(">H", original, 32 if original[:1] == b"\1" else 20)[0]
    if duration < 2**32:
        head = struct.pack(">5I", 0, 0, 0, ticks_a_second, duration)
    else:
        head = struct.pack(">I2QIQ", 1 << 24, 0, 0, ticks_a_second, duration)
    return box(b"mdhd", head, struct.pack(">2H", language, 0))
