"""Reads the sample index of one track of an MP4 or QuickTime file: its boxes, never its data.

No size is trusted: counts are capped, boxes end where their parents end, and whatever is not
the plain form (fragments, compressed or contradictory indexes) has no index here.
"""

from __future__ import annotations

import os
import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, repeat
from pathlib import Path
from typing import BinaryIO

MAX_SAMPLES = 6_000_000
_MAX_BOXES = 20_000
_MAX_EDITS = 1_000
_MAX_TABLE = 64 * 1024 * 1024
# FFmpeg takes steps above this for small negative ones and mends them in ways of its own.
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
    samples, where the last one ends; `offsets` is empty when everything is shown as decoded."""

    timescale: int
    decoded: array[int]
    offsets: array[int]
    keys: bytearray
    edits: tuple[Edit, ...]

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(self.decoded) - 1


class _NotPlain(Exception):
    """The file has no index of the plain form, or one that contradicts itself."""


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int
    end: int


def read(path: Path, track: int) -> Index | None:
    """The index of the track with that id, None when it has none we can trust.

    Takes milliseconds for an hour, memory for at most `MAX_SAMPLES` samples."""
    try:
        with path.open("rb") as file:
            return _index(file, track)
    except (_NotPlain, OSError, struct.error, OverflowError):
        return None


def edit_list(path: Path, track: int) -> tuple[Edit, ...] | None:
    """Only the edits of the track with that id, also of a fragmented file; None as `read`."""
    try:
        with path.open("rb") as file:
            children = _children_of_moov(file, file.seek(0, os.SEEK_END))
            return _edits(file, *_clocks(file, children, track))
    except (_NotPlain, OSError, struct.error, OverflowError):
        return None


def _index(file: BinaryIO, track: int) -> Index:
    length = file.seek(0, os.SEEK_END)
    if any(box.kind == b"moof" for box in _boxes(file, 0, length)):
        raise _NotPlain
    children = _children_of_moov(file, length)
    if any(box.kind == b"mvex" for box in children):
        raise _NotPlain
    trak, timescale, clock = _clocks(file, children, track)
    media = list(_boxes_in(file, _one(trak, b"mdia")))
    info = list(_boxes_in(file, _one(media, b"minf")))
    tables = {box.kind: box for box in _boxes_in(file, _one(info, b"stbl"))}
    if tables.keys() & {b"stps", b"sbgp"} and _more_keys(file, tables):
        raise _NotPlain
    samples = _sample_count(file, tables, length)
    return Index(
        timescale,
        _decoded(_table(file, tables.get(b"stts")), samples),
        _offsets(_table(file, tables[b"ctts"]), samples) if b"ctts" in tables else array("q"),
        _keys(_table(file, tables[b"stss"]), samples) if b"stss" in tables else _all(samples),
        _edits(file, trak, timescale, clock),
    )


def _children_of_moov(file: BinaryIO, length: int) -> list[_Box]:
    return list(_boxes_in(file, _one(list(_boxes(file, 0, length)), b"moov")))


def _clocks(file: BinaryIO, children: list[_Box], track: int) -> tuple[list[_Box], int, int]:
    """The boxes of a track, the ticks a second of it and of the film."""
    clock = _timescale(_table(file, _one(children, b"mvhd")))
    trak = _track(file, children, track)
    media = list(_boxes_in(file, _one(trak, b"mdia")))
    return trak, _timescale(_table(file, _one(media, b"mdhd"))), clock


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(16)
        size, kind = struct.unpack(">I4s", head[:8])
        body = start + 8
        if size == 1:
            size, body = struct.unpack(">Q", head[8:16])[0], start + 16
        elif size == 0:
            size = end - start
        if size < body - start:
            raise _NotPlain
        yield _Box(kind, body, min(start + size, end))
        start += size
    raise _NotPlain


def _boxes_in(file: BinaryIO, box: _Box) -> Iterator[_Box]:
    return _boxes(file, box.start, box.end)


def _one(boxes: list[_Box], kind: bytes) -> _Box:
    found = [box for box in boxes if box.kind == kind]
    if len(found) != 1:
        raise _NotPlain
    return found[0]


def _table(file: BinaryIO, box: _Box | None) -> bytes:
    if box is None or box.end - box.start > _MAX_TABLE:
        raise _NotPlain
    file.seek(box.start)
    return file.read(box.end - box.start)


def _timescale(header: bytes) -> int:
    """Of an `mvhd` or `mdhd`: both begin alike."""
    (scale,) = struct.unpack_from(">I", header, 20 if header[:1] == b"\1" else 12)
    if not 0 < scale < _MAX_STEP:
        raise _NotPlain
    return int(scale)


def _track(file: BinaryIO, children: list[_Box], track: int) -> list[_Box]:
    found = []
    for trak in (box for box in children if box.kind == b"trak"):
        inside = list(_boxes_in(file, trak))
        header = _table(file, _one(inside, b"tkhd"))
        (number,) = struct.unpack_from(">I", header, 20 if header[:1] == b"\1" else 12)
        if number == track:
            found.append(inside)
    if len(found) != 1:
        raise _NotPlain
    return found[0]


def _more_keys(file: BinaryIO, tables: dict[bytes, _Box]) -> bool:
    """Whether samples outside `stss` may be begun from as well."""
    return b"stps" in tables or _table(file, tables[b"sbgp"])[4:8] == b"rap "


def _numbers(table: bytes, start: int, count: int) -> array[int]:
    """`count` unsigned numbers of 32 bits; a table too short for them is not plain."""
    if count > MAX_SAMPLES * 2 or len(table) < start + 4 * count:
        raise _NotPlain
    numbers = array("I", table[start : start + 4 * count])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _runs(table: bytes) -> tuple[array[int], array[int]]:
    """The counts and values of a run-length table (`stts`, `ctts`)."""
    (entries,) = struct.unpack_from(">I", table, 4)
    numbers = _numbers(table, 8, 2 * entries)
    return numbers[::2], numbers[1::2]


def _decoded(table: bytes, samples: int) -> array[int]:
    counts, steps = _runs(table)
    if sum(counts) != samples or max(steps, default=0) >= _MAX_STEP:
        raise _NotPlain
    decoded = array("q", accumulate(chain.from_iterable(map(repeat, steps, counts)), initial=0))
    if decoded[-1] > _MAX_TICKS:
        raise _NotPlain
    return decoded


def _offsets(table: bytes, samples: int) -> array[int]:
    """Composition offsets, signed whatever the version says, as FFmpeg takes them."""
    counts, values = _runs(table)
    if sum(counts) != samples:
        raise _NotPlain
    signed = array("i", values.tobytes())
    return array("q", chain.from_iterable(map(repeat, signed, counts)))


def _all(samples: int) -> bytearray:
    return bytearray(b"\1") * samples


def _keys(table: bytes, samples: int) -> bytearray:
    (entries,) = struct.unpack_from(">I", table, 4)
    numbers = _numbers(table, 8, entries)
    if not numbers or numbers[0] == 0 or numbers[-1] > samples:
        raise _NotPlain
    keys = bytearray(samples)
    last = 0
    for number in numbers:
        if number <= last:
            raise _NotPlain
        last = number
        keys[number - 1] = 1
    return keys


def _edits(file: BinaryIO, trak: list[_Box], timescale: int, clock: int) -> tuple[Edit, ...]:
    lists = [inner for box in trak if box.kind == b"edts" for inner in _boxes_in(file, box)]
    if not any(box.kind == b"elst" for box in lists):
        return ()
    table = _table(file, _one(lists, b"elst"))
    (entries,) = struct.unpack_from(">I", table, 4)
    form = ">qqi" if table[:1] == b"\1" else ">iii"
    size = struct.calcsize(form)
    if entries > _MAX_EDITS or len(table) < 8 + size * entries:
        raise _NotPlain
    found = [struct.unpack_from(form, table, 8 + size * n) for n in range(entries)]
    if any(not 0 <= d < _MAX_TICKS or not -1 <= s < _MAX_TICKS for d, s, _ in found):
        raise _NotPlain
    # Rounded to the nearest tick, halves up, as FFmpeg does.
    return tuple(Edit(s, (2 * d * timescale + clock) // (2 * clock)) for d, s, _ in found)


def _sample_count(file: BinaryIO, tables: dict[bytes, _Box], length: int) -> int:
    """How many samples there are; not plain when the file ends before the data of one."""
    (kinds,) = struct.unpack_from(">I", _table(file, tables.get(b"stsd")), 4)
    sizes = _table(file, tables.get(b"stsz"))
    (each, samples) = struct.unpack_from(">2I", sizes, 4)
    if kinds != 1 or not 0 < samples <= MAX_SAMPLES:
        raise _NotPlain
    ends = accumulate(repeat(each, samples) if each else _numbers(sizes, 12, samples), initial=0)
    if not _all_there(_chunk_offsets(file, tables), _table(file, tables.get(b"stsc")),
                      array("q", ends), length):  # fmt: skip
        raise _NotPlain
    return int(samples)


def _chunk_offsets(file: BinaryIO, tables: dict[bytes, _Box]) -> array[int]:
    long = b"co64" in tables
    table = _table(file, tables.get(b"co64" if long else b"stco"))
    (entries,) = struct.unpack_from(">I", table, 4)
    numbers = _numbers(table, 8, entries * (2 if long else 1))
    if not long:
        return numbers
    if max(numbers[::2], default=0) >= 2**20:
        raise _NotPlain
    return array(
        "q", (high << 32 | low for high, low in zip(numbers[::2], numbers[1::2], strict=True))
    )


def _all_there(offsets: array[int], table: bytes, ends: array[int], length: int) -> bool:
    """Whether the chunks hold exactly the samples, all of them inside the file."""
    (entries,) = struct.unpack_from(">I", table, 4)
    runs = _numbers(table, 8, 3 * entries)
    beyonds = [*runs[3::3], len(offsets) + 1][:entries]
    sample = 0
    for first, beyond, per_chunk in zip(runs[::3], beyonds, runs[1::3], strict=True):
        if not (first if sample else first == 1) or beyond < first:
            return False
        for chunk in range(first - 1, min(beyond - 1, len(offsets))):
            after = sample + per_chunk
            if after >= len(ends) or offsets[chunk] + ends[after] - ends[sample] > length:
                return False
            sample = after
    return sample == len(ends) - 1
