"""Reads the boxes of a fragmented MP4 of one track, in constant memory, trusting no size."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from processing.packaging import h264, upright
from processing.packaging.codecs import codec_string, nal_length_size, parameter_sets
from processing.packaging.fragments import (
    Defaults,
    Fragment,
    Run,
    describe,
    read_run,
    track_defaults,
)
from processing.packaging.mp4 import Box, MalformedTrack, boxes_of, child, read_bytes, unpack

__all__ = ["Fragment", "Init", "MalformedTrack", "Track", "read_init", "read_runs", "read_track"]

MAX_INIT = 1024 * 1024
MAX_FRAGMENTS = 1_000_000


@dataclass(frozen=True)
class Init:
    """An init segment (ftyp and moov, at the start of a file), and what it tells.

    `codecs` is an RFC 6381 string, `handler` is `vide` or `soun`, sizes are in pixels;
    `nal_length` are the bytes before each NAL unit, 0 where there are none; `parameter_sets` those
    of H.264; `upright` whether its display matrix turns nothing."""

    data: bytes
    timescale: int
    codecs: str
    width: int
    height: int
    handler: str
    nal_length: int
    parameter_sets: frozenset[bytes]
    defaults: Defaults
    upright: bool


@dataclass(frozen=True)
class Track:
    """A file's init segment and fragments; see `Init`."""

    init: bytes
    timescale: int
    codecs: str
    width: int
    height: int
    handler: str
    fragments: tuple[Fragment, ...]
    upright: bool = True

    @property
    def init_size(self) -> int:
        """Bytes of the init segment."""
        return len(self.init)

    @property
    def duration(self) -> int:
        """Ticks all fragments last."""
        return sum(fragment.duration for fragment in self.fragments)


def read_track(file: BinaryIO) -> Track:
    """The track of a seekable file. Raises `MalformedTrack`.

    A fragment of H.264 counts as starting with a sync sample only when that is an IDR picture,
    whatever its flags say."""
    init = read_init(file)
    fragments = tuple(_fragment(file, init, *found) for found in read_runs(file, init))
    return Track(
        init.data, init.timescale, init.codecs, init.width, init.height, init.handler, fragments,
        init.upright,
    )  # fmt: skip


def _fragment(file: BinaryIO, init: Init, moof: Box, mdat: Box, run: Run) -> Fragment:
    fragment = describe(run, moof, mdat, pictures=init.handler == "vide")
    if not init.nal_length or not fragment.starts_with_sync:
        return fragment
    size = run.samples[0].size
    begun = h264.beginning(file, run.payload, size, nal_length=init.nal_length)
    own = not begun.parameter_sets <= init.parameter_sets
    return replace(fragment, starts_with_sync=begun.is_idr, own_parameters=own)


def read_runs(file: BinaryIO, init: Init) -> Iterator[tuple[Box, Box, Run]]:
    """Each moof box, its mdat box and the samples in them, in order."""
    length = file.seek(0, os.SEEK_END)
    moof: Box | None = None
    count = 0
    for box in boxes_of(file, length, len(init.data)):
        if box.kind == b"moof":
            moof = box
        elif box.kind == b"mdat" and moof is not None:
            yield moof, box, read_run(file, moof, box, init.defaults)
            moof, count = None, count + 1
            if count > MAX_FRAGMENTS:
                raise MalformedTrack("The file has too many fragments.")


def read_init(file: BinaryIO) -> Init:
    """The init segment of a seekable file. Raises `MalformedTrack`."""
    for box in boxes_of(file, file.seek(0, os.SEEK_END)):
        if box.kind == b"moov":
            return _init(read_bytes(file, 0, box.offset + box.size, MAX_INIT))
    raise MalformedTrack("The file has no moov box.")


def _init(data: bytes) -> Init:
    trak = child(data, b"moov", b"trak")
    mdhd = child(trak, b"mdia", b"mdhd")
    timescale = unpack(">I", mdhd, 20 if mdhd[:1] == b"\1" else 12)[0]
    if timescale == 0:
        raise MalformedTrack("The track has no timescale.")
    tkhd = child(trak, b"tkhd")
    width, height = unpack(">2I", tkhd, len(tkhd) - 8) if len(tkhd) >= 8 else (0, 0)
    handler = child(trak, b"mdia", b"hdlr")[8:12].decode("latin1")
    stsd = child(trak, b"mdia", b"minf", b"stbl", b"stsd")
    try:
        codecs, nal_length, sets = codec_string(stsd), nal_length_size(stsd), parameter_sets(stsd)
    except ValueError as error:
        raise MalformedTrack(str(error)) from error
    return Init(
        data, timescale, codecs, width >> 16, height >> 16, handler, nal_length, sets,
        track_defaults(data), upright.is_upright(tkhd),
    )  # fmt: skip
