"""The moov box of a progressive MP4: what its fragments told, gathered into tables of samples.

Fragments store composition offsets that begin below 0. Here they are shifted to begin at 0, for
players that know no others, and an edit list takes the shift off again: every picture is shown at
the time it had.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby

from processing.packaging.boxes import Init
from processing.packaging.fragments import Run
from processing.packaging.mp4 import MalformedTrack, box, child, children, unpack

_MOVIE_TIMESCALE = 1000
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_IN_MOVIE, _ENABLED = 2, 1
# Where the alternate group stands in what follows the duration of a tkhd box.
_TKHD_TAIL, _ALTERNATE_GROUP = 60, 10


class Tables:
    """The samples of one track, whose runs are added in order, all of them before it is asked."""

    def __init__(self, init: Init) -> None:
        self.init = init
        self.duration = 0
        self._sizes = array("I")
        self._durations = array("I")
        self._compositions = array("i")
        self._syncs = array("I")
        self._runs = array("I")

    def add(self, run: Run) -> int:
        """Take the samples of the next run; the bytes they have. Raises `MalformedTrack` unless it
        follows the one before, the first at 0."""
        if run.start != self.duration:
            raise MalformedTrack("The chunks of a track do not follow each other.")
        for sample in run.samples:
            self._sizes.append(sample.size)
            self._durations.append(sample.duration)
            self._compositions.append(sample.composition)
            if sample.is_sync:
                self._syncs.append(len(self._sizes))
            self.duration += sample.duration
        self._runs.append(len(run.samples))
        return sum(sample.size for sample in run.samples)

    @property
    def is_sound(self) -> bool:
        """Whether every sample can be decoded alone."""
        return self.init.handler == "soun"

    @property
    def movie_duration(self) -> int:
        """How long it plays in ticks of the movie, rounded up."""
        return -(-self.duration * _MOVIE_TIMESCALE // self.init.timescale)

    @cached_property
    def shift(self) -> int:
        """Ticks that make the lowest composition offset 0."""
        return max(0, -min(self._compositions))

    def stbl(self, stsd: bytes, offsets: Sequence[int], *, wide: bool) -> bytes:
        """The sample table, with runs of samples at `offsets`, in 64 bits where `wide`."""
        where = struct.pack(f">{len(offsets)}{'Q' if wide else 'I'}", *offsets)
        chunks = _counted(b"co64" if wide else b"stco", where, 8 if wide else 4)
        return box(b"stbl", box(b"stsd", stsd), self._described, chunks)

    @cached_property
    def _described(self) -> bytes:
        """What is told of samples, wherever they are; once all were added."""
        parts = [_counted(b"stts", _lengths(self._durations, 0))]
        if any(self._compositions):
            parts.append(_counted(b"ctts", _lengths(self._compositions, self.shift)))
        if not self.is_sound:
            parts.append(_counted(b"stss", _words(self._syncs), 4))
        parts.append(_counted(b"stsc", b"".join(self._samples_in_runs()), 12))
        sizes = struct.pack(">3I", 0, 0, len(self._sizes))
        return b"".join([*parts, box(b"stsz", sizes, _words(self._sizes))])

    def _samples_in_runs(self) -> Iterator[bytes]:
        first = 1
        for samples, equal in groupby(self._runs):
            yield struct.pack(">3I", first, samples, 1)
            first += sum(1 for _ in equal)


def moov(tracks: Sequence[Tables], offsets: Sequence[Sequence[int]], *, reach: int) -> bytes:
    """The moov box of tracks whose runs stand at `offsets`; its size depends on neither. `reach`
    is how many bytes of media there are."""
    # Room for the tables themselves: what is just below 4 GiB need not be told apart.
    wide = reach >= 2**31
    traks = [
        _trak(track, number, _flags(track, tracks), offsets[number - 1], wide)
        for number, track in enumerate(tracks, 1)
    ]
    duration = max(track.movie_duration for track in tracks)
    mvhd = struct.pack(">5I", 0, 0, 0, _MOVIE_TIMESCALE, duration)
    mvhd += struct.pack(">IH10x", 0x10000, 0x100) + _MATRIX + bytes(24)
    return box(b"moov", box(b"mvhd", mvhd, struct.pack(">I", len(tracks) + 1)), *traks)


def _flags(track: Tables, tracks: Sequence[Tables]) -> int:
    """Of several tracks of sound only the first plays unasked."""
    first = next(one for one in tracks if one.is_sound == track.is_sound)
    return _IN_MOVIE | (_ENABLED if track is first else 0)


def _trak(track: Tables, number: int, flags: int, offsets: Sequence[int], wide: bool) -> bytes:
    trak = child(track.init.data, b"moov", b"trak")
    media = child(trak, b"mdia")
    information = child(media, b"minf")
    stsd = child(information, b"stbl", b"stsd")
    kept = [box(kind, body) for kind, body in children(information) if kind != b"stbl"]
    return box(
        b"trak",
        _tkhd(child(trak, b"tkhd"), track, number, flags),
        _edts(track),
        box(
            b"mdia",
            _mdhd(child(media, b"mdhd"), track),
            box(b"hdlr", child(media, b"hdlr")),
            box(b"minf", *kept, track.stbl(stsd, offsets, wide=wide)),
        ),
    )


def _tkhd(original: bytes, track: Tables, number: int, flags: int) -> bytes:
    """Everything but number, duration and choice as it was: matrix, volume, size."""
    if len(original) < _TKHD_TAIL:
        raise MalformedTrack("A box is too short.")
    tail = bytearray(original[-_TKHD_TAIL:])
    struct.pack_into(">H", tail, _ALTERNATE_GROUP, 1 if track.is_sound else 0)
    return box(
        b"tkhd", struct.pack(">6I", flags, 0, 0, number, 0, track.movie_duration), bytes(tail)
    )


def _edts(track: Tables) -> bytes:
    entry = struct.pack(">2IiI", 1, track.movie_duration, track.shift, 0x10000)
    return box(b"edts", box(b"elst", bytes(4), entry))


def _mdhd(original: bytes, track: Tables) -> bytes:
    """Timescale and language as they were, and the duration."""
    language = unpack(">H", original, 32 if original[:1] == b"\1" else 20)[0]
    timescale = track.init.timescale
    if track.duration < 2**32:
        head = struct.pack(">5I", 0, 0, 0, timescale, track.duration)
    else:
        head = struct.pack(">I2QIQ", 1 << 24, 0, 0, timescale, track.duration)
    return box(b"mdhd", head, struct.pack(">2H", language, 0))


def _counted(kind: bytes, entries: bytes, size: int = 8) -> bytes:
    """A full box of entries of `size` bytes."""
    return box(kind, struct.pack(">2I", 0, len(entries) // size), entries)


def _lengths(values: array[int], shift: int) -> bytes:
    """Pairs of how often a value comes in a row, and the value."""
    pairs = array("I")
    for value, equal in groupby(values):
        pairs.append(sum(1 for _ in equal))
        pairs.append(value + shift)
    return _words(pairs)


def _words(values: array[int]) -> bytes:
    """32-bit big-endian words."""
    if sys.byteorder == "big":
        return values.tobytes()
    swapped = array(values.typecode, values)
    swapped.byteswap()
    return swapped.tobytes()
