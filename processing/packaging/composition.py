"""When frames are shown, in a way that all readers take alike.

FFmpeg's fragments begin with the tick of their first frame, and tell composition offsets from it,
some below 0. Browsers take these as they are; libavformat and what is made of it shows all frames
late by the lowest one. So all offsets are raised by what the codec may reorder, the same in every
chunk of a rendition, and an edit list in the init segment takes that off again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from processing.mp4 import init_segment, moof
from processing.mp4.box import box, boxes_of, read_bytes
from processing.mp4.init_segment import InitSegment
from processing.packaging import codecs
from processing.packaging.track import made_by_us

_MAX_MOOF = 8 * 1024 * 1024


@dataclass(frozen=True)
class _Change:
    """Bytes of a file that others take the place of."""

    offset: int
    size: int
    data: bytes


def from_zero(path: Path, rate: Fraction) -> None:
    """Let the frames of a file of one track, `rate` a second, have composition offsets from 0 on,
    in place. Doing it twice changes nothing. Raises `MalformedTrack`."""
    with path.open("rb") as file, made_by_us():
        init = init_segment.read_init(file)
        most = codecs.of_entry(init.entry).reordering(init.entry)
        ticks = round(most * init.timescale / rate)
        if not ticks or init.shown_from:
            return
        changes = list(_changes(file, init, ticks))
    _apply(path, changes)


def _changes(file: BinaryIO, init: InitSegment, ticks: int) -> Iterator[_Change]:
    begin = len(init.data)
    yield _Change(0, begin, init_segment.shown_from(init.data, ticks))
    for found in boxes_of(file, file.seek(0, 2), begin):
        if found.kind == b"moof":
            body = read_bytes(file, found.start, found.end - found.start, _MAX_MOOF)
            yield _Change(found.offset, found.size, box(b"moof", moof.later(body, ticks)))


def _apply(path: Path, changes: Sequence[_Change]) -> None:
    """Into the file itself, or, where something is longer than before, into a copy."""
    if all(len(change.data) == change.size for change in changes):
        with path.open("r+b") as file:
            for change in changes:
                file.seek(change.offset)
                file.write(change.data)
        return
    copy = path.with_suffix(".copy")
    with path.open("rb") as old, copy.open("wb") as new:
        for change in changes:
            _pass_on(old, new, change.offset - old.tell())
            new.write(change.data)
            old.seek(change.offset + change.size)
        shutil.copyfileobj(old, new)
    copy.replace(path)


def _pass_on(old: BinaryIO, new: BinaryIO, size: int) -> None:
    while size > 0:
        data = old.read(min(size, 1024 * 1024))
        new.write(data)
        size -= len(data)
