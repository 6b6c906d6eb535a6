"""The beginning of a fragmented MP4 with one track: ftyp and moov."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from processing.mp4 import elst, mdhd, tfhd, tkhd
from processing.mp4.box import (
    Box,
    MalformedBoxes,
    box,
    boxes_of,
    child,
    children,
    read_bytes,
)
from processing.mp4.moof import TrackRun, read_run
from processing.mp4.stsd import SampleEntry, first_entry
from processing.mp4.tfhd import Defaults

_MAX_INIT = 1024 * 1024
_MAX_FRAGMENTS = 1_000_000


@dataclass(frozen=True)
class InitSegment:
    """An init segment and its contents. `handler` is `vide` or `soun`, sizes are in pixels, `entry`
    is the sample description, `upright` says that the display matrix turns nothing, and
    `shown_from` is the tick at which the edit list starts the track."""

    data: bytes
    timescale: int
    width: int
    height: int
    handler: str
    entry: SampleEntry
    defaults: Defaults
    upright: bool
    shown_from: int = 0


def read_init(file: BinaryIO) -> InitSegment:
    """Return the init segment of a seekable file. Raises `MalformedBoxes`."""
    for found in boxes_of(file, file.seek(0, os.SEEK_END)):
        if found.kind == b"moov":
            return _init(read_bytes(file, 0, found.end, _MAX_INIT))
    raise MalformedBoxes("The file has no moov box.")


def _init(data: bytes) -> InitSegment:
    trak = child(data, b"moov", b"trak")
    handler = child(trak, b"mdia", b"hdlr")[8:12].decode("latin1")
    header = child(trak, b"tkhd")
    width, height = tkhd.size(header)
    return InitSegment(
        data=data,
        timescale=mdhd.timescale(child(trak, b"mdia", b"mdhd")),
        width=width,
        height=height,
        handler=handler,
        entry=first_entry(child(trak, b"mdia", b"minf", b"stbl", b"stsd"), handler),
        defaults=tfhd.of_track(child(data, b"moov", b"mvex", b"trex")),
        upright=tkhd.is_upright(header),
        shown_from=_shown_from(trak),
    )


def _shown_from(trak: bytes) -> int:
    for kind, edits in children(trak):
        if kind == b"edts":
            found = elst.read(child(edits, b"elst"), timescale=1, clock=1)
            if len(found) != 1 or found[0].start < 0:
                raise MalformedBoxes("An edit list is not one edit.")
            return found[0].start
    return 0


def shown_from(data: bytes, tick: int) -> bytes:
    """Return an init segment that shows its samples from a tick on. It keeps its length if FFmpeg's
    metadata, which are not needed, leave the room."""
    return b"".join(
        box(kind, _edited(body, tick) if kind == b"moov" else body) for kind, body in children(data)
    )


def _edited(moov: bytes, tick: int) -> bytes:
    kept = [(kind, body) for kind, body in children(moov) if kind != b"udta"]
    made = b"".join(
        box(kind, _with_edit(body, tick) if kind == b"trak" else body) for kind, body in kept
    )
    room = len(moov) - len(made) - 8
    return made + box(b"free", bytes(room)) if room >= 0 else made


def _with_edit(trak: bytes, tick: int) -> bytes:
    kept = [box(kind, body) for kind, body in children(trak) if kind != b"edts"]
    return b"".join([kept[0], box(b"edts", elst.write(tick, 0)), *kept[1:]])


def read_runs(file: BinaryIO, init: InitSegment) -> Iterator[tuple[Box, Box, TrackRun]]:
    """Yield each moof box, its mdat box and the samples in them, in order. Raises
    `MalformedBoxes`."""
    length = file.seek(0, os.SEEK_END)
    moof: Box | None = None
    count = 0
    for found in boxes_of(file, length, len(init.data)):
        if found.kind == b"moof":
            moof = found
        elif found.kind == b"mdat" and moof is not None:
            yield moof, found, read_run(file, moof, found, init.defaults)
            moof, count = None, count + 1
            if count > _MAX_FRAGMENTS:
                raise MalformedBoxes("The file has too many fragments.")
