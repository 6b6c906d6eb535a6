"""Where an ASF or WMV file names the codec of a stream.

Source: Advanced Systems Format 01.20.05, sections 3.1 to 3.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from processing.ffmpeg.probing.codec_names.reading import (
    BITMAP_CODEC,
    MOST_CHUNKS,
    Names,
    integer,
    read,
    size_of,
)

_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")


def find(file: BinaryIO, index: int) -> Names:
    """Return the place of the codec in the properties of a stream."""
    length = min(integer(read(file, 16, 8)), size_of(file))
    streams = [at for kind, at in _objects(file, 30, length) if kind == _STREAM]
    at = streams[index]
    # Types, time offset, two lengths, flags and a reserved number come before the format.
    kind, form = read(file, at, 16), at + 54
    if kind == _AUDIO:
        return [(form, 2)]
    # The size of the picture and of its header, and flags come before the header itself.
    return [(form + 11 + BITMAP_CODEC, 4)] if kind == _VIDEO else []


def _objects(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Yield the objects of a stretch of an ASF file: kind, first byte of the content."""
    for _ in range(MOST_CHUNKS):
        if start + 24 > end:
            return
        head = read(file, start, 24)
        yield head[:16], start + 24
        start += max(24, integer(head[16:]))
