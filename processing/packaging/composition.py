"""Presentation times in a form that all readers interpret alike.

FFmpeg's fragments begin at the tick of their first frame and have composition offsets relative to
it, some below 0. Browsers use these as they are; libavformat and programs built on it show all
frames late by the lowest offset. So all offsets are raised by the codec's maximal reordering, the
same in every chunk of a rendition, and an edit list in the init segment subtracts it again.
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
    """A part of a file, and the `data` that replaces it."""

    offset: int
    size: int
    data: bytes


def from_zero(path: Path, rate: Fraction) -> None:
    """Rewrite a file of one track with `rate` frames a second, in place, so that its composition
    offsets begin at 0. A second call changes nothing. Raises `MalformedTrack`."""
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
    """Write the changes into the file itself, or into a copy if something gets longer."""
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
