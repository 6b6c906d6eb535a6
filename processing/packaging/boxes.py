"""Reads the boxes of a fragmented MP4 of one track, in constant memory, trusting no size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from processing.packaging.codecs import codec_string
from processing.packaging.fragments import Defaults, Fragment, read_fragment, track_defaults
from processing.packaging.mp4 import Box, MalformedTrack, boxes_of, child, read_bytes, unpack

__all__ = ["Fragment", "MalformedTrack", "Track", "read_track"]

MAX_INIT = 1024 * 1024
MAX_FRAGMENTS = 1_000_000


@dataclass(frozen=True)
class Track:
    """A file's init segment (ftyp and moov, at its start) and fragments.

    `codecs` is an RFC 6381 string, `handler` is `vide` or `soun`, sizes are in pixels."""

    init: bytes
    timescale: int
    codecs: str
    width: int
    height: int
    handler: str
    fragments: tuple[Fragment, ...]

    @property
    def init_size(self) -> int:
        """Bytes of the init segment."""
        return len(self.init)

    @property
    def duration(self) -> int:
        """Ticks all fragments last."""
        return sum(fragment.duration for fragment in self.fragments)


def read_track(file: BinaryIO) -> Track:
    """The track of a seekable file. Raises `MalformedTrack`."""
    length = file.seek(0, os.SEEK_END)
    init = b""
    fragments: list[Fragment] = []
    moof: Box | None = None
    defaults = Defaults(0, 0, 0)
    for box in boxes_of(file, length):
        if box.kind == b"moov":
            init = read_bytes(file, 0, box.offset + box.size, MAX_INIT)
            defaults = track_defaults(init)
        elif box.kind == b"moof":
            moof = box
        elif box.kind == b"mdat" and moof is not None and init:
            fragments.append(read_fragment(file, moof, box, defaults))
            moof = None
            if len(fragments) > MAX_FRAGMENTS:
                raise MalformedTrack("The file has too many fragments.")
    if not init:
        raise MalformedTrack("The file has no moov box.")
    return _track(init, tuple(fragments))


def _track(init: bytes, fragments: tuple[Fragment, ...]) -> Track:
    trak = child(init, b"moov", b"trak")
    mdhd = child(trak, b"mdia", b"mdhd")
    timescale = unpack(">I", mdhd, 20 if mdhd[:1] == b"\1" else 12)[0]
    if timescale == 0:
        raise MalformedTrack("The track has no timescale.")
    tkhd = child(trak, b"tkhd")
    width, height = unpack(">2I", tkhd, len(tkhd) - 8) if len(tkhd) >= 8 else (0, 0)
    handler = child(trak, b"mdia", b"hdlr")[8:12].decode("latin1")
    stsd = child(trak, b"mdia", b"minf", b"stbl", b"stsd")
    try:
        codecs = codec_string(stsd)
    except ValueError as error:
        raise MalformedTrack(str(error)) from error
    return Track(init, timescale, codecs, width >> 16, height >> 16, handler, fragments)
