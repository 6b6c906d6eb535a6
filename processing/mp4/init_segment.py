"""The beginning of a fragmented MP4 of one track: ftyp and moov."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from processing.mp4 import mdhd, tfhd, tkhd
from processing.mp4.box import Box, MalformedBoxes, boxes_of, child, read_bytes
from processing.mp4.moof import TrackRun, read_run
from processing.mp4.stsd import SampleEntry, first_entry
from processing.mp4.tfhd import Defaults

_MAX_INIT = 1024 * 1024
_MAX_FRAGMENTS = 1_000_000


@dataclass(frozen=True)
class InitSegment:
    """An init segment, and what it tells: `handler` is `vide` or `soun`, sizes are in pixels,
    `entry` is of which codec its samples are, `upright` whether its display matrix turns nothing.
    """

    data: bytes
    timescale: int
    width: int
    height: int
    handler: str
    entry: SampleEntry
    defaults: Defaults
    upright: bool


def read_init(file: BinaryIO) -> InitSegment:
    """The init segment of a seekable file. Raises `MalformedBoxes`."""
    for box in boxes_of(file, file.seek(0, os.SEEK_END)):
        if box.kind == b"moov":
            return _init(read_bytes(file, 0, box.end, _MAX_INIT))
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
    )


def read_runs(file: BinaryIO, init: InitSegment) -> Iterator[tuple[Box, Box, TrackRun]]:
    """Each moof box, its mdat box and the samples in them, in order. Raises `MalformedBoxes`."""
    length = file.seek(0, os.SEEK_END)
    moof: Box | None = None
    count = 0
    for box in boxes_of(file, length, len(init.data)):
        if box.kind == b"moof":
            moof = box
        elif box.kind == b"mdat" and moof is not None:
            yield moof, box, read_run(file, moof, box, init.defaults)
            moof, count = None, count + 1
            if count > _MAX_FRAGMENTS:
                raise MalformedBoxes("The file has too many fragments.")
