"""Where an AVI names the codec of a stream. Source: OpenDML AVI 1.02."""

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


def find(file: BinaryIO, index: int) -> Names:
    """Return the places of the codec in a stream's header list: in the handler and in the
    format."""
    headers = next(_lists(file, 12, size_of(file), b"hdrl"), (0, 0))
    start, end = list(_lists(file, *headers, b"strl"))[index]
    chunks = {kind: at for kind, at, _ in _chunks(file, start, end)}
    kind = read(file, chunks[b"strh"], 4)
    form = (chunks[b"strf"] + BITMAP_CODEC, 4) if kind == b"vids" else (chunks[b"strf"], 2)
    return [(chunks[b"strh"] + 4, 4), form]


def _lists(file: BinaryIO, start: int, end: int, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the contents of the lists of a kind begin and end."""
    for kind, at, size in _chunks(file, start, end):
        if kind == b"LIST" and read(file, at, 4) == wanted:
            yield at + 4, at + size


def _chunks(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the chunks of a stretch of a RIFF file: kind, first byte and size of the content."""
    for _ in range(MOST_CHUNKS):
        if start + 8 > end:
            return
        head = read(file, start, 8)
        size = integer(head[4:])
        yield head[:4], start + 8, size
        start += 8 + size + size % 2
