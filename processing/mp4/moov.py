"""The moov box of a progressive MP4: the contents of its fragments as tables of samples.

The composition offsets of fragments may begin anywhere, those of older versions below 0. Here they
are shifted to begin at 0, for players that know no others, and an edit list removes the shift:
every frame keeps its presentation time.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby

from processing.mp4 import elst, mdhd, tkhd
from processing.mp4.box import MalformedBoxes, box, child, children
from processing.mp4.chapters import ChapterTrack, named_by
from processing.mp4.init_segment import InitSegment
from processing.mp4.moof import TrackRun
from processing.mp4.tables import counted, run_lengths, words

_MOVIE_TIMESCALE = 1000
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


class SampleTables:
    """The samples of one track. Add all runs in order before reading anything else."""

    def __init__(self, init: InitSegment) -> None:
        self.init = init
        self.duration = 0
        self._sizes = array("I")
        self._durations = array("I")
        self._compositions = array("i")
        self._syncs = array("I")
        self._runs = array("I")

    def add(self, run: TrackRun) -> int:
        """Take the samples of the next run and return their bytes. Raises `MalformedBoxes` unless
        the run follows the one before, the first at 0."""
        if run.start != self.duration:
            raise MalformedBoxes("The chunks of a track do not follow each other.")
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
    def is_audio(self) -> bool:
        """Whether the track is audio, in which every sample can be decoded alone."""
        return self.init.handler == "soun"

    @property
    def movie_duration(self) -> int:
        """The duration in ticks of the movie, rounded up."""
        return -(-self.duration * _MOVIE_TIMESCALE // self.init.timescale)

    @cached_property
    def shift(self) -> int:
        """The ticks that raise the lowest composition offset to 0."""
        return -min(self._compositions)

    def stbl(self, stsd: bytes, offsets: Sequence[int], *, wide: bool) -> bytes:
        """Return the sample table, with runs of samples at `offsets`, in 64 bits if `wide`."""
        where = struct.pack(f">{len(offsets)}{'Q' if wide else 'I'}", *offsets)
        chunks = counted(b"co64" if wide else b"stco", where, 8 if wide else 4)
        return box(b"stbl", box(b"stsd", stsd), self._described, chunks)

    @cached_property
    def _described(self) -> bytes:
        """The tables that do not depend on the position of the samples; valid once all runs were
        added."""
        parts = [counted(b"stts", run_lengths(self._durations, 0))]
        if any(self._compositions):
            parts.append(counted(b"ctts", run_lengths(self._compositions, self.shift)))
        if not self.is_audio:
            parts.append(counted(b"stss", words(self._syncs), 4))
        parts.append(counted(b"stsc", b"".join(self._samples_in_runs()), 12))
        sizes = struct.pack(">3I", 0, 0, len(self._sizes))
        return b"".join([*parts, box(b"stsz", sizes, words(self._sizes))])

    def _samples_in_runs(self) -> Iterator[bytes]:
        first = 1
        for samples, equal in groupby(self._runs):
            yield struct.pack(">3I", first, samples, 1)
            first += sum(1 for _ in equal)


def movie_duration(tracks: Sequence[SampleTables]) -> int:
    """Return how many milliseconds the longest track lasts."""
    return max(track.movie_duration for track in tracks)


def write(
    tracks: Sequence[SampleTables],
    offsets: Sequence[Sequence[int]],
    *,
    reach: int,
    chapters: ChapterTrack | None = None,
    titles_at: int = 0,
) -> bytes:
    """Return the moov box of tracks whose runs are at `offsets`; its size does not depend on the
    values of the offsets. `reach` is the number of bytes of media, and `titles_at` is where those
    of the `chapters` begin, which the first track names. Raises `MalformedBoxes`."""
    # 2 GiB leaves room for the tables themselves: sizes just below 4 GiB may use 64 bits too.
    wide = reach >= 2**31
    last = len(tracks) + 1
    traks = [
        _trak(
            track,
            number,
            _flags(track, tracks),
            offsets[number - 1],
            wide,
            named=named_by(last) if chapters is not None and number == 1 else b"",
        )
        for number, track in enumerate(tracks, 1)
    ]
    more = []
    if chapters is not None:
        more = [chapters.trak(last, titles_at, wide=wide), chapters.listed()]
    duration = movie_duration(tracks)
    mvhd = struct.pack(">5I", 0, 0, 0, _MOVIE_TIMESCALE, duration)
    mvhd += struct.pack(">IH10x", 0x10000, 0x100) + _MATRIX + bytes(24)
    following = last if chapters is None else last + 1
    return box(b"moov", box(b"mvhd", mvhd, struct.pack(">I", following)), *traks, *more)


def _flags(track: SampleTables, tracks: Sequence[SampleTables]) -> int:
    """Return the flags: only the first of several audio tracks plays by default."""
    first = next(one for one in tracks if one.is_audio == track.is_audio)
    return tkhd.IN_MOVIE | (tkhd.ENABLED if track is first else 0)


def _trak(
    track: SampleTables,
    number: int,
    flags: int,
    offsets: Sequence[int],
    wide: bool,
    *,
    named: bytes,
) -> bytes:
    trak = child(track.init.data, b"moov", b"trak")
    media = child(trak, b"mdia")
    information = child(media, b"minf")
    stsd = child(information, b"stbl", b"stsd")
    kept = [box(kind, body) for kind, body in children(information) if kind != b"stbl"]
    header = child(media, b"mdhd")
    return box(
        b"trak",
        tkhd.write(
            child(trak, b"tkhd"),
            track=number,
            flags=flags,
            duration=track.movie_duration,
            group=1 if track.is_audio else 0,
        ),
        box(b"edts", elst.write(track.init.shown_from + track.shift, track.movie_duration)),
        named,
        box(
            b"mdia",
            mdhd.write(header, ticks_a_second=track.init.timescale, duration=track.duration),
            box(b"hdlr", child(media, b"hdlr")),
            box(b"minf", *kept, track.stbl(stsd, offsets, wide=wide)),
        ),
    )
