"""Reads a fragmented MP4 of one track, in constant memory, without trusting any size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from processing.ffmpeg.errors import MediaError
from processing.mp4.box import Box, MalformedBoxes
from processing.mp4.init_segment import InitSegment, read_init, read_runs
from processing.mp4.moof import TrackRun
from processing.packaging import codecs
from processing.packaging.codecs.codec import Codec
from processing.packaging.fragments import Fragment, describe
from processing.packaging.kinds import Kind


class MalformedTrack(MediaError):
    """Raised when a file is not a fragmented MP4 of one track as we write them."""

    code = "output_invalid"
    message = "A file of the output is not valid."


@contextmanager
def made_by_us() -> Iterator[None]:
    """Turn `MalformedBoxes` into `MalformedTrack`: the file inside is one of our own."""
    try:
        yield
    except MalformedBoxes as error:
        raise MalformedTrack(str(error)) from error


@dataclass(frozen=True)
class Track:
    """A file's init segment (ftyp and moov, at its start), its fragments, and their facts.

    `codecs` is an RFC 6381 string, `codec` our name of it, `handler` is `vide` or `soun`, sizes are
    in pixels. `upright` says that the display matrix turns nothing; `shown_from` is the tick of the
    samples at which the edit list starts.
    """

    init: bytes
    timescale: int
    codecs: str
    width: int
    height: int
    handler: str
    fragments: tuple[Fragment, ...]
    codec: str = "h264"
    upright: bool = True
    shown_from: int = 0

    @property
    def kind(self) -> Kind:
        """The kind of its rendition."""
        return Kind.VIDEO if self.handler == "vide" else Kind.AUDIO

    @property
    def init_size(self) -> int:
        """The bytes of the init segment."""
        return len(self.init)

    @property
    def duration(self) -> int:
        """The ticks of all fragments together."""
        return sum(fragment.duration for fragment in self.fragments)


def read_track(file: BinaryIO) -> Track:
    """Return the track of a seekable file. Raises `MalformedTrack`.

    A fragment counts as starting with a sync sample only if its bytes say so too, whatever its
    flags say.
    """
    with made_by_us():
        init = read_init(file)
        codec = codecs.of_entry(init.entry)
        return Track(
            init=init.data,
            timescale=init.timescale,
            codecs=codec.codec_string(init.entry),
            width=init.width,
            height=init.height,
            handler=init.handler,
            fragments=tuple(_fragment(file, init, codec, run) for run in read_runs(file, init)),
            codec=codec.name,
            upright=init.upright,
            shown_from=init.shown_from,
        )


def _fragment(
    file: BinaryIO, init: InitSegment, codec: Codec, found: tuple[Box, Box, TrackRun]
) -> Fragment:
    moof, mdat, run = found
    is_video = init.handler == "vide"
    fragment = describe(run, moof, mdat, is_video=is_video, shown_from=init.shown_from)
    if not fragment.starts_with_sync:
        return fragment
    begun = codec.beginning(file, run.payload, run.samples[0].size, init.entry)
    return replace(fragment, starts_with_sync=begun.is_sync, own_parameters=begun.own_parameters)
