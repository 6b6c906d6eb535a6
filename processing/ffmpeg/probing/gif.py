"""Whether any part of a GIF is transparent: FFmpeg decodes every GIF as if some were.

Most encoders mark unchanged parts as transparent. So this looks at the first frame, over which all
others are drawn, and at whether a frame is ever removed again.
"""

from __future__ import annotations

import struct
from pathlib import Path

# Larger files are not examined.
_MAX_BYTES = 64 * 1024**2
_EXTENSION, _CONTROL, _IMAGE, _END = 0x21, 0xF9, 0x2C, 0x3B
_TABLE, _SEEN_THROUGH, _TAKEN_AWAY = 0x80, 1, 2


def is_opaque(path: Path) -> bool:
    """Whether the first frame covers everything and no frame is removed; False if that is
    unknown."""
    if path.stat().st_size > _MAX_BYTES:
        return False
    try:
        return _is_opaque(path.read_bytes())
    except (IndexError, struct.error):
        return False


def _is_opaque(data: bytes) -> bool:
    width, height, packed = struct.unpack_from("<HHB", data, 6)
    at, images, seen_through, disposal = 13 + _table(packed), 0, False, 0
    while at < len(data) and data[at] != _END:
        kind = data[at]
        if kind == _EXTENSION and data[at + 1] == _CONTROL:
            seen_through, disposal = bool(data[at + 3] & _SEEN_THROUGH), data[at + 3] >> 2 & 7
        if kind == _EXTENSION:
            at = _beyond(data, at + 2)
            continue
        if kind != _IMAGE:
            return False
        left, top, across, down, packed = struct.unpack_from("<4HB", data, at + 1)
        covers = not (left or top) and across >= width and down >= height and not seen_through
        if (not images and not covers) or disposal == _TAKEN_AWAY:
            return False
        images, seen_through, disposal = images + 1, False, 0
        at = _beyond(data, at + 11 + _table(packed))
    return images > 0


def _table(packed: int) -> int:
    """Return the size of the colour table in bytes."""
    return 3 << (packed & 7) + 1 if packed & _TABLE else 0


def _beyond(data: bytes, at: int) -> int:
    """Return the position after the blocks of bytes that begin at `at`."""
    while data[at]:
        at += 1 + data[at]
    return at + 1
