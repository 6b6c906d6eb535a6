"""Where AVI, ASF and FLV files name the codec of a stream: first byte and number of bytes.

These bytes can be hidden from ffprobe, whose streams keep their order. Sources: OpenDML AVI 1.02;
Advanced Systems Format 01.20.05, sections 3.1 to 3.4; Adobe Flash Video 10.1, annex E.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

Names = list[tuple[int, int]]

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_ASF_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
# BITMAPINFOHEADER has its codec after the size, width, height, planes and depth.
_BITMAP_CODEC = 16
_FLV_AUDIO, _FLV_AAC = 8, 10
# Headers are at the beginning; no more chunks than this are read.
_MOST_CHUNKS = 2_000


def in_avi(file: BinaryIO, index: int) -> Names:
    """Return the places of the codec in a stream's header list: in the handler and in the
    format."""
    headers = next(_lists(file, 12, _size(file), b"hdrl"), (0, 0))
    start, end = list(_lists(file, *headers, b"strl"))[index]
    chunks = {kind: at for kind, at, _ in _chunks(file, start, end)}
    kind = _read(file, chunks[b"strh"], 4)
    form = (chunks[b"strf"] + _BITMAP_CODEC, 4) if kind == b"vids" else (chunks[b"strf"], 2)
    return [(chunks[b"strh"] + 4, 4), form]


def in_asf(file: BinaryIO, index: int) -> Names:
    """Return the place of the codec in the properties of a stream."""
    length = min(_number(_read(file, 16, 8)), _size(file))
    streams = [at for kind, at in _objects(file, 30, length) if kind == _ASF_STREAM]
    at = streams[index]
    # Types, time offset, two lengths, flags and a reserved number come before the format.
    kind, form = _read(file, at, 16), at + 54
    if kind == _ASF_AUDIO:
        return [(form, 2)]
    # The size of the picture and of its header, and flags come before the header itself.
    return [(form + 11 + _BITMAP_CODEC, 4)] if kind == _ASF_VIDEO else []


def in_flv(file: BinaryIO) -> Names:
    """Return the place of the mark on the first AAC configuration. Without that mark FFmpeg takes
    the configuration for audio that cannot be decoded."""
    at, end = _number(_read(file, 5, 4), "big") + 4, _size(file)
    for _ in range(_MOST_CHUNKS):
        if at >= end:
            break
        kind, size, first = _read(file, at, 1)[0], _read(file, at + 1, 3), _read(file, at + 11, 2)
        if kind == _FLV_AUDIO and first[0] >> 4 == _FLV_AAC and first[1] == 0:
            return [(at + 12, 1)]
        at += 11 + _number(size, "big") + 4
    return []


def kind_of(file: BinaryIO) -> str:
    """Return the container according to its first bytes: avi, asf, flv, or "" for any other."""
    head = _read(file, 0, 16)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head == _ASF_HEADER:
        return "asf"
    return "flv" if head[:3] == b"FLV" else ""


def _lists(file: BinaryIO, start: int, end: int, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the contents of the lists of a kind begin and end."""
    for kind, at, size in _chunks(file, start, end):
        if kind == b"LIST" and _read(file, at, 4) == wanted:
            yield at + 4, at + size


def _chunks(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the chunks of a stretch of a RIFF file: kind, first byte and size of the content."""
    for _ in range(_MOST_CHUNKS):
        if start + 8 > end:
            return
        head = _read(file, start, 8)
        size = _number(head[4:])
        yield head[:4], start + 8, size
        start += 8 + size + size % 2


def _objects(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Yield the objects of a stretch of an ASF file: kind, first byte of the content."""
    for _ in range(_MOST_CHUNKS):
        if start + 24 > end:
            return
        head = _read(file, start, 24)
        yield head[:16], start + 24
        start += max(24, _number(head[16:]))


def _read(file: BinaryIO, at: int, count: int) -> bytes:
    """Return `count` bytes from `at`. Raises `IndexError` at the end of the file."""
    file.seek(at)
    found = file.read(count)
    if len(found) < count:
        raise IndexError("the file ends within its header")
    return found


def _number(content: bytes, order: str = "little") -> int:
    return int.from_bytes(content, order)  # type: ignore[arg-type]  # one of two words


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)
