"""Where a Matroska file names the codec of a track."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from processing.ffmpeg import inputs
from processing.ffmpeg.probing.codec_names.reading import Names
from processing.mp4.box import MalformedBoxes

_SEGMENT, _TRACKS, _TRACK, _TYPE, _CODEC, _CLUSTER = (
    0x18538067, 0x1654AE6B, 0xAE, 0x83, 0x86, 0x1F43B675,
)  # fmt: skip
# Video, audio, subtitles, metadata: FFmpeg makes no streams of other tracks.
_STREAMS = (1, 2, 17, 33)
# FFmpeg itself accepts no more than a thousand tracks.
_MOST_ELEMENTS = 2_000


def find(file: BinaryIO, index: int) -> Names:
    """Return the place of the codec id of a track, without its first two letters."""
    size = file.seek(0, os.SEEK_END)
    start, end = next(
        ((s, e) for kind, s, e in _elements(file, 0, size) if kind == _SEGMENT), (0, 0)
    )
    entries: list[tuple[int, int]] = []
    for kind, first, last in _elements(file, start, end):
        if kind == _TRACKS:
            inside = list(_elements(file, first, last))
            entries += [(s, e) for inner, s, e in inside if inner == _TRACK]
        if kind in (_TRACKS, _CLUSTER):
            break
    described = [list(_elements(file, first, last)) for first, last in entries]
    tracks = [one for one in described if _type(file, one) in _STREAMS]
    # Without `A_` or `V_` at the beginning there would be no stream, and the next one would take
    # its index.
    named = [(s + 2, e) for kind, s, e in tracks[index] if kind == _CODEC and e - s > 2]
    return [(first, min(end - first, inputs.MOST_HIDDEN)) for first, end in named]


def _type(file: BinaryIO, entry: list[tuple[int, int, int]]) -> int:
    start, end = next(((s, e) for kind, s, e in entry if kind == _TYPE), (0, 0))
    file.seek(start)
    return int.from_bytes(file.read(min(end - start, 8)), "big")


def _elements(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the elements of a stretch of a Matroska file: id, start and end of the content."""
    for _ in range(_MOST_ELEMENTS):
        if start >= end:
            return
        file.seek(start)
        head = file.read(12)
        kind, used = _number(head, 0, marked=True)
        size, ends = _number(head, used, marked=False)
        body = start + ends
        unknown = size == (1 << 7 * (ends - used)) - 1
        start = end if unknown else min(body + size, end)
        yield kind, body, start


def _number(head: bytes, at: int, *, marked: bool) -> tuple[int, int]:
    """Return a number of one to eight bytes, whose first bits give its length, and where it
    ends."""
    length = 9 - head[at].bit_length()
    if length > 8 or at + length > len(head):
        raise MalformedBoxes("A number is too long.")
    value = int.from_bytes(head[at : at + length], "big")
    return (value if marked else value & (1 << 7 * length) - 1), at + length
