"""Reads the sample index of one track of an MP4 or QuickTime file: its boxes, never its data.

No size is trusted, and whatever is not the plain form (fragments, compressed or contradictory
indexes) has no index here.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, repeat, zip_longest
from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg.probing import boxes
from processing.ffmpeg.probing.boxes import Box, NotPlain

MAX_SAMPLES = 6_000_000
# A quarter of an hour of pictures or ten minutes of sound, as files commonly have them.
_FEW_SAMPLES = 30_000
_SMALL_TABLES = 1_000_000
_MAX_EDITS = 1_000
_MAX_TRACKS = 128
_MAX_HEADER = 1_000
# FFmpeg takes steps near this for small negative ones and mends them in ways of its own.
_MAX_STEP = 2**31
_MAX_TICKS = 2**53


@dataclass(frozen=True)
class Edit:
    """One entry of an edit list, in ticks of the track; `start` is -1 for an empty one."""

    start: int
    duration: int


@dataclass(frozen=True)
class Index:
    """The samples of a track in stored order: `decoded` has one entry more than there are
    samples, where the last one ends; `offsets` is empty when everything is shown as decoded;
    `ends` has as many entries as `decoded`: the bytes of all samples before each."""

    timescale: int
    decoded: array[int]
    offsets: array[int]
    keys: bytearray
    edits: tuple[Edit, ...]
    ends: array[int]

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(self.decoded) - 1


@dataclass(frozen=True)
class _Track:
    """The boxes of a track, its ticks a second and those of the film."""

    inside: list[Box]
    media: list[Box]
    timescale: int
    clock: int


def read(path: Path, track: int) -> Index | None:
    """The index of the track with that id, None when it has none we can trust.

    Takes some tenths of a second for an hour, memory for at most `MAX_SAMPLES` samples."""
    try:
        with path.open("rb") as file:
            return _index(file, track)
    except (NotPlain, OSError, struct.error, OverflowError):
        return None


def is_short(path: Path, track: int) -> bool:
    """Whether reading the index of that track takes some hundredths of a second at most, by the
    size of its tables and the samples they claim; also where there is none to read."""
    try:
        with path.open("rb") as file:
            film = boxes.inside(file, boxes.one(boxes.top(file), b"moov"))
            tables = _tables(file, _track(file, film, track))
            sizes = boxes.one(tables, b"stsz")
            file.seek(sizes.start)
            samples = boxes.number(file.read(12), 8)
    except (NotPlain, OSError, struct.error, OverflowError):
        return True
    return samples <= _FEW_SAMPLES and sum(b.end - b.start for b in tables) <= _SMALL_TABLES


def edit_list(path: Path, track: int) -> tuple[Edit, ...] | None:
    """Only the edits of the track with that id, also of a fragmented file; None as `read`."""
    try:
        with path.open("rb") as file:
            film = boxes.inside(file, boxes.one(boxes.top(file), b"moov"))
            return _edits(file, _track(file, film, track))
    except (NotPlain, OSError, struct.error, OverflowError):
        return None


def description(file: BinaryIO, track: int) -> tuple[bytes, Box]:
    """The header of the track with that id, and the box of its sample descriptions. Raises
    `NotPlain`."""
    film = boxes.inside(file, boxes.one(boxes.top(file), b"moov"))
    found = _track(file, film, track)
    return _header(file, found.inside, b"tkhd"), boxes.one(_tables(file, found), b"stsd")


def reach(file: BinaryIO, trak: Box) -> int:
    """The byte before which all samples of a track end that its index tells of, as far as its
    tables agree. Raises `NotPlain`."""
    media = boxes.inside(file, boxes.one(boxes.inside(file, trak), b"mdia"))
    info = boxes.inside(file, boxes.one(media, b"minf"))
    tables = boxes.inside(file, boxes.one(info, b"stbl"))
    starts = _chunk_starts(file, tables)
    if not starts:
        return 0
    try:
        ends = _sizes(file, tables)
        held = list(_chunk_bytes(starts, _needed(file, tables, b"stsc"), ends))
    except NotPlain:
        held = []  # some byte there is of each chunk
    return max(start + size for start, size in zip_longest(starts, held, fillvalue=1))


def _index(file: BinaryIO, number: int) -> Index:
    top = boxes.top(file)
    film = boxes.inside(file, boxes.one(top, b"moov"))
    if any(box.kind in (b"moof", b"mvex") for box in (*top, *film)):
        raise NotPlain
    track = _track(file, film, number)
    tables = _tables(file, track)
    ends = _sample_ends(file, tables)
    samples = len(ends) - 1
    return Index(
        track.timescale,
        _decoded(_needed(file, tables, b"stts"), samples),
        _offsets(file, tables, samples),
        _keys(file, tables, samples),
        _edits(file, track),
        ends,
    )


def _track(file: BinaryIO, film: list[Box], number: int) -> _Track:
    found = []
    for trak in [box for box in film if box.kind == b"trak"][:_MAX_TRACKS]:
        inside = boxes.inside(file, trak)
        header = _header(file, inside, b"tkhd")
        if boxes.number(header, 20 if header[:1] == b"\1" else 12) == number:
            found.append(inside)
    if len(found) != 1:
        raise NotPlain
    media = boxes.inside(file, boxes.one(found[0], b"mdia"))
    clock = _timescale(_header(file, film, b"mvhd"))
    return _Track(found[0], media, _timescale(_header(file, media, b"mdhd")), clock)


def _tables(file: BinaryIO, track: _Track) -> list[Box]:
    info = boxes.inside(file, boxes.one(track.media, b"minf"))
    return boxes.inside(file, boxes.one(info, b"stbl"))


def _timescale(header: bytes) -> int:
    """Of an `mvhd` or `mdhd`: both begin alike."""
    scale = boxes.number(header, 20 if header[:1] == b"\1" else 12)
    if not 0 < scale < _MAX_STEP:
        raise NotPlain
    return scale


def _header(file: BinaryIO, found: list[Box], kind: bytes) -> bytes:
    return boxes.content(file, boxes.one(found, kind), most=_MAX_HEADER)


def _needed(file: BinaryIO, found: list[Box], kind: bytes) -> bytes:
    return boxes.content(file, boxes.one(found, kind))


def _decoded(table: bytes, samples: int) -> array[int]:
    counts, steps = boxes.runs(table)
    if sum(counts) != samples or max(steps, default=0) >= _MAX_STEP:
        raise NotPlain
    decoded = array("q", accumulate(chain.from_iterable(map(repeat, steps, counts)), initial=0))
    if decoded[-1] > _MAX_TICKS:
        raise NotPlain
    return decoded


def _offsets(file: BinaryIO, tables: list[Box], samples: int) -> array[int]:
    """Composition offsets, signed whatever the version says, as FFmpeg takes them."""
    if boxes.maybe(tables, b"ctts") is None:
        return array("q")
    counts, values = boxes.runs(_needed(file, tables, b"ctts"))
    if sum(counts) != samples:
        raise NotPlain
    return array("q", chain.from_iterable(map(repeat, array("i", values.tobytes()), counts)))


def _keys(file: BinaryIO, tables: list[Box], samples: int) -> bytearray:
    """1 for each sample one can begin from; without a table that is each."""
    groups = (boxes.content(file, box) for box in tables if box.kind == b"sbgp")
    if boxes.maybe(tables, b"stps") or any(group[4:8] == b"rap " for group in groups):
        raise NotPlain
    if boxes.maybe(tables, b"stss") is None:
        return bytearray(b"\1") * samples
    table = _needed(file, tables, b"stss")
    keys = bytearray(samples)
    last = 0
    for number in boxes.numbers(table, 8, boxes.number(table, 4)):
        if not last < number <= samples:
            raise NotPlain
        last = number
        keys[number - 1] = 1
    if not last:
        raise NotPlain
    return keys


def _edits(file: BinaryIO, track: _Track) -> tuple[Edit, ...]:
    holder = boxes.maybe(track.inside, b"edts")
    box = boxes.maybe(boxes.inside(file, holder), b"elst") if holder else None
    if box is None:
        return ()
    table = boxes.content(file, box, most=_MAX_HEADER + 20 * _MAX_EDITS)
    entries, form = boxes.number(table, 4), ">qqi" if table[:1] == b"\1" else ">iii"
    size = struct.calcsize(form)
    if entries > _MAX_EDITS or len(table) != 8 + size * entries:
        raise NotPlain
    found = [struct.unpack_from(form, table, 8 + size * n) for n in range(entries)]
    if any(not 0 <= d < _MAX_TICKS or not -1 <= s < _MAX_TICKS for d, s, _ in found):
        raise NotPlain
    # Rounded to the nearest tick, halves up, as FFmpeg does.
    ticks, clock = track.timescale, track.clock
    return tuple(Edit(s, (2 * d * ticks + clock) // (2 * clock)) for d, s, _ in found)


def _sample_ends(file: BinaryIO, tables: list[Box]) -> array[int]:
    """The bytes of all samples before each, and of all; not plain when the file ends before the
    data of one, or with several kinds of them."""
    ends = _sizes(file, tables)
    if boxes.number(_needed(file, tables, b"stsd"), 4) != 1:
        raise NotPlain
    starts, length = _chunk_starts(file, tables), file.seek(0, 2)
    held = _chunk_bytes(starts, _needed(file, tables, b"stsc"), ends)
    if any(start + size > length for start, size in zip(starts, held, strict=True)):
        raise NotPlain
    return ends


def _sizes(file: BinaryIO, tables: list[Box]) -> array[int]:
    """The bytes of all samples before each, and of all."""
    sizes = _needed(file, tables, b"stsz")
    each, samples = boxes.number(sizes, 4), boxes.number(sizes, 8)
    if not 0 < samples <= MAX_SAMPLES:
        raise NotPlain
    sized = repeat(each, samples) if each else boxes.numbers(sizes, 12, samples)
    return array("q", accumulate(sized, initial=0))


def _chunk_starts(file: BinaryIO, tables: list[Box]) -> array[int]:
    if boxes.maybe(tables, b"co64") is None:
        table = _needed(file, tables, b"stco")
        return boxes.numbers(table, 8, boxes.number(table, 4))
    table = _needed(file, tables, b"co64")
    halves = boxes.numbers(table, 8, 2 * boxes.number(table, 4))
    return array(
        "Q", (high << 32 | low for high, low in zip(halves[::2], halves[1::2], strict=True))
    )


def _chunk_bytes(starts: array[int], table: bytes, ends: array[int]) -> Iterator[int]:
    """The bytes of each chunk; not plain unless the chunks hold exactly the samples."""
    entries = boxes.number(table, 4)
    runs = boxes.numbers(table, 8, 3 * entries)
    beyonds = [*runs[3::3], len(starts) + 1][:entries]
    sample, chunk = 0, 1
    for first, beyond, held in zip(runs[::3], beyonds, runs[1::3], strict=True):
        if first != chunk or not first < beyond <= len(starts) + 1:
            raise NotPlain
        for _ in range(first, beyond):
            after = sample + held
            if after >= len(ends):
                raise NotPlain
            yield ends[after] - ends[sample]
            sample = after
        chunk = beyond
    if sample != len(ends) - 1:
        raise NotPlain
