"""Reads the sample index of one track of an MP4 or QuickTime file: its boxes, never its data.

No size is trusted. Anything but the plain form (fragments, compressed or contradictory indexes)
counts as no index.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from processing.mp4 import box, elst, mdhd, stbl, tkhd
from processing.mp4.box import Box, MalformedBoxes
from processing.mp4.elst import Edit
from processing.mp4.tables import number

# A quarter of an hour of frames or ten minutes of audio, in common files.
_FEW_SAMPLES = 30_000
_SMALL_TABLES = 1_000_000
_MAX_TRACKS = 128
_MAX_HEADER = 1_000
_MAX_TABLE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Index:
    """The samples of a track in stored order. `decoded` has one more entry than there are samples:
    the end of the last one. `offsets` is empty if every sample is shown when decoded. `ends` has as
    many entries as `decoded`: the bytes of all samples before each."""

    timescale: int
    decoded: array[int]
    offsets: array[int]
    keys: bytearray
    edits: tuple[Edit, ...]
    ends: array[int]

    @property
    def samples(self) -> int:
        """The number of samples."""
        return len(self.decoded) - 1


@dataclass(frozen=True)
class _Track:
    """The boxes of a track, its `timescale`, and the movie's timescale (`clock`)."""

    inside: list[Box]
    media: list[Box]
    timescale: int
    clock: int


def read(path: Path, track: int) -> Index | None:
    """Return the index of the track with that id, None if it has none that can be trusted.

    Takes some tenths of a second for an hour, and memory for at most `stbl.MAX_SAMPLES` samples.
    """
    try:
        with path.open("rb") as file:
            return _index(file, track)
    except (MalformedBoxes, OSError, OverflowError):
        return None


def is_short(path: Path, track: int) -> bool:
    """Whether reading the index of that track takes some hundredths of a second at most, judged by
    the size of its tables and the samples they claim. Also true if there is no index to read."""
    try:
        with path.open("rb") as file:
            film = box.inside(file, box.one(box.top(file), b"moov"))
            tables = _tables(file, _track(file, film, track))
            sizes = box.one(tables, b"stsz")
            file.seek(sizes.start)
            samples = number(file.read(12), 8)
    except (MalformedBoxes, OSError, OverflowError):
        return True
    return samples <= _FEW_SAMPLES and sum(b.end - b.start for b in tables) <= _SMALL_TABLES


def edit_list(path: Path, track: int) -> tuple[Edit, ...] | None:
    """Return only the edits of the track with that id, also of a fragmented file; None as in
    `read`."""
    try:
        with path.open("rb") as file:
            film = box.inside(file, box.one(box.top(file), b"moov"))
            return _edits(file, _track(file, film, track))
    except (MalformedBoxes, OSError, OverflowError):
        return None


def description(file: BinaryIO, track: int) -> tuple[bytes, Box]:
    """Return the header of the track with that id, and the box of its sample descriptions. Raises
    `MalformedBoxes`."""
    film = box.inside(file, box.one(box.top(file), b"moov"))
    found = _track(file, film, track)
    return _header(file, found.inside, b"tkhd"), box.one(_tables(file, found), b"stsd")


def reach(file: BinaryIO, trak: Box, *, most: int) -> tuple[int, int]:
    """Return the byte before which all indexed samples of a track end, as far as its tables agree,
    and the number of samples examined. If there are more than `most`, only one byte of each chunk
    is assumed. Raises `MalformedBoxes`."""
    media = box.inside(file, box.one(box.inside(file, trak), b"mdia"))
    info = box.inside(file, box.one(media, b"minf"))
    tables = box.inside(file, box.one(info, b"stbl"))
    starts = _chunk_starts(file, tables)
    if not starts:
        return 0, 0
    held, samples = _chunk_sizes(file, tables, starts, most)
    return max(start + size for start, size in zip_longest(starts, held, fillvalue=1)), samples


def _chunk_sizes(
    file: BinaryIO, tables: list[Box], starts: array[int], most: int
) -> tuple[list[int], int]:
    """Return the bytes of each chunk (none if the tables contradict each other) and the number of
    samples examined."""
    try:
        sizes = _table(file, tables, b"stsz")
        samples = number(sizes, 8)
        if samples > most:
            return [], 0
        held = stbl.chunk_bytes(starts, _table(file, tables, b"stsc"), stbl.stsz(sizes))
        return list(held), samples
    except MalformedBoxes:
        return [], 0


def _index(file: BinaryIO, wanted: int) -> Index:
    top = box.top(file)
    film = box.inside(file, box.one(top, b"moov"))
    if any(one.kind in (b"moof", b"mvex") for one in (*top, *film)):
        raise MalformedBoxes("The file has fragments.")
    track = _track(file, film, wanted)
    tables = _tables(file, track)
    ends = _sample_ends(file, tables)
    samples = len(ends) - 1
    return Index(
        track.timescale,
        stbl.stts(_table(file, tables, b"stts"), samples),
        _offsets(file, tables, samples),
        _keys(file, tables, samples),
        _edits(file, track),
        ends,
    )


def _track(file: BinaryIO, film: list[Box], wanted: int) -> _Track:
    found = []
    for trak in [one for one in film if one.kind == b"trak"][:_MAX_TRACKS]:
        inside = box.inside(file, trak)
        if tkhd.track_id(_header(file, inside, b"tkhd")) == wanted:
            found.append(inside)
    if len(found) != 1:
        raise MalformedBoxes("The track is not there once.")
    media = box.inside(file, box.one(found[0], b"mdia"))
    clock = mdhd.timescale(_header(file, film, b"mvhd"))
    return _Track(found[0], media, mdhd.timescale(_header(file, media, b"mdhd")), clock)


def _tables(file: BinaryIO, track: _Track) -> list[Box]:
    info = box.inside(file, box.one(track.media, b"minf"))
    return box.inside(file, box.one(info, b"stbl"))


def _header(file: BinaryIO, found: list[Box], kind: bytes) -> bytes:
    return box.content(file, box.one(found, kind), most=_MAX_HEADER)


def _table(file: BinaryIO, found: list[Box], kind: bytes) -> bytes:
    return box.content(file, box.one(found, kind), most=_MAX_TABLE)


def _offsets(file: BinaryIO, tables: list[Box], samples: int) -> array[int]:
    if box.maybe(tables, b"ctts") is None:
        return array("q")
    return stbl.ctts(_table(file, tables, b"ctts"), samples)


def _keys(file: BinaryIO, tables: list[Box], samples: int) -> bytearray:
    """Return 1 for each sample at which decoding can begin; without a table that is every
    sample."""
    groups = (box.content(file, one, most=_MAX_TABLE) for one in tables if one.kind == b"sbgp")
    if box.maybe(tables, b"stps") or any(group[4:8] == b"rap " for group in groups):
        raise MalformedBoxes("There are keyframes of other kinds.")
    if box.maybe(tables, b"stss") is None:
        return bytearray(b"\1") * samples
    return stbl.stss(_table(file, tables, b"stss"), samples)


def _edits(file: BinaryIO, track: _Track) -> tuple[Edit, ...]:
    holder = box.maybe(track.inside, b"edts")
    found = box.maybe(box.inside(file, holder), b"elst") if holder else None
    if found is None:
        return ()
    table = box.content(file, found, most=elst.MAX_BYTES)
    return elst.read(table, timescale=track.timescale, clock=track.clock)


def _sample_ends(file: BinaryIO, tables: list[Box]) -> array[int]:
    """Return the bytes of all samples before each, and of all of them. Raises `MalformedBoxes` if
    the file ends before a sample does or has several kinds of samples."""
    if number(_table(file, tables, b"stsd"), 4) != 1:
        raise MalformedBoxes("There are several kinds of samples.")
    ends = stbl.stsz(_table(file, tables, b"stsz"))
    chunks = _table(file, tables, b"stsc")
    if not stbl.are_all_there(_chunk_starts(file, tables), chunks, ends, file.seek(0, 2)):
        raise MalformedBoxes("Samples are missing.")
    return ends


def _chunk_starts(file: BinaryIO, tables: list[Box]) -> array[int]:
    if box.maybe(tables, b"co64") is None:
        return stbl.stco(_table(file, tables, b"stco"))
    return stbl.co64(_table(file, tables, b"co64"))
