"""Streams whose decoder does not open (USAC, broken headers). ffprobe then ends without describing
the others, so it is shown the file without the names of these codecs."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg import inputs
from processing.ffmpeg.probing import codec_names
from processing.mp4 import box as boxes
from processing.mp4.box import MalformedBoxes
from processing.mp4.tables import number

_SEGMENT, _TRACKS, _TRACK, _TYPE, _CODEC, _CLUSTER = (
    0x18538067, 0x1654AE6B, 0xAE, 0x83, 0x86, 0x1F43B675,
)  # fmt: skip
# Video, audio, subtitles, metadata: FFmpeg makes no streams of other tracks.
_STREAMS = (1, 2, 17, 33)
# FFmpeg itself accepts no more than a thousand tracks.
_MOST_ELEMENTS = 2_000
_MOST_NAMES = 64
# Decoders give the number of a kind of their codec that they do not support.
_KINDS = {"Audio object type 42": "xhe-aac"}


@dataclass(frozen=True)
class Unopened:
    """A stream whose decoder does not open: its index, its codec, and the places in the file that
    name the codec (first byte, number of bytes)."""

    index: int
    codec: str
    names: tuple[tuple[int, int], ...]


def find(log: str, path: Path) -> Unopened | None:
    """Return the stream that ffprobe says it could not open, None if it says nothing of the kind.
    Without `names` the stream cannot be hidden."""
    told = re.findall(r"^Could not open codec for input stream (\d{1,4})$", log, re.MULTILINE)
    if not told:
        return None
    index = int(told[-1])
    codec = _codec(log)
    return Unopened(index, codec, tuple(_names(path, index, codec)))


def _codec(log: str) -> str:
    kind = next((name for said, name in _KINDS.items() if said in log), None)
    decoders = re.findall(r"^\[(\w{2,32}) @ 0x\w+\] ", log, re.MULTILINE)
    return kind or (decoders[-1] if decoders else "unknown")


def _names(path: Path, index: int, codec: str) -> list[tuple[int, int]]:
    try:
        with path.open("rb") as file:
            found = _in(file, index, codec)
    except (MalformedBoxes, OSError, struct.error, IndexError, KeyError):
        return []
    return found if len(found) <= _MOST_NAMES else []


def _in(file: BinaryIO, index: int, codec: str) -> list[tuple[int, int]]:
    if _is_matroska(file):
        return _in_matroska(file, index)
    container = codec_names.kind_of(file)
    if container == "avi":
        return codec_names.in_avi(file, index)
    if container == "asf":
        return codec_names.in_asf(file, index)
    if container == "flv":
        return codec_names.in_flv(file) if codec == "aac" else []
    return _in_mp4(file, index)


def _in_mp4(file: BinaryIO, index: int) -> list[tuple[int, int]]:
    """Return the places of the kinds of a track's sample descriptions, and of the boxes in them
    that name a codec."""
    film = boxes.inside(file, boxes.one(boxes.top(file), b"moov"))
    track = [box for box in film if box.kind == b"trak"][index]
    media = boxes.inside(file, boxes.one(boxes.inside(file, track), b"mdia"))
    info = boxes.inside(file, boxes.one(media, b"minf"))
    tables = boxes.inside(file, boxes.one(info, b"stbl"))
    box = boxes.one(tables, b"stsd")
    content, at, found = boxes.content(file, box, most=1024 * 1024), 8, []
    while at + 8 <= len(content):
        size = max(8, number(content, at))
        found.append((box.start + at + 4, 4))
        found += [(box.start + m.start(), 4) for m in re.compile(b"esds").finditer(
            content, at + 8, at + size)]  # fmt: skip
        at += size
    return found


def _is_matroska(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(4) == b"\x1aE\xdf\xa3"


def _in_matroska(file: BinaryIO, index: int) -> list[tuple[int, int]]:
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
