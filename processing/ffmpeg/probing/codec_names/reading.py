"""Numbers and stretches of a file, as the finders of codec names read them."""

from __future__ import annotations

import os
from typing import BinaryIO, Literal

Names = list[tuple[int, int]]
"""Places in a file: first byte, number of bytes."""

BITMAP_CODEC = 16
"""Where a BITMAPINFOHEADER names its codec: after size, width, height, planes and depth."""

MOST_CHUNKS = 2_000
"""A header is at the beginning of a file; more chunks of it are not read."""


def read(file: BinaryIO, at: int, count: int) -> bytes:
    """Return `count` bytes. Raises IndexError if the file ends before that."""
    file.seek(at)
    found = file.read(count)
    if len(found) < count:
        raise IndexError("the file ends within its header")
    return found


def integer(content: bytes, order: Literal["little", "big"] = "little") -> int:
    """Return the unsigned number that all of `content` is."""
    return int.from_bytes(content, order)


def size_of(file: BinaryIO) -> int:
    """Return the size of the file in bytes."""
    return file.seek(0, os.SEEK_END)
