"""Reads one moof box and the mdat after it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from processing.packaging.mp4 import Box, MalformedTrack, child, children, read_bytes, unpack

MAX_MOOF = 8 * 1024 * 1024
MAX_SAMPLES = 100_000
_NON_SYNC = 0x00010000


@dataclass(frozen=True)
class Fragment:
    """One moof and mdat: `offset` and `size` in bytes, `start` (tfdt) and `duration` in ticks.

    `composition_start` is the tick at which its earliest picture is shown, `evenly_shown` whether
    the others follow without a gap or an overlap; `keyframe_size` the bytes from `offset` on that
    hold the headers and the first sample, 0 for sound; `own_parameters` whether the first sample
    comes with parameter sets the init segment does not have. `units` are the ticks the shortest and
    the longest of its samples last, `last_unit` those of its last one, which is none of them.
    """

    offset: int
    size: int
    start: int
    duration: int
    samples: int
    starts_with_sync: bool
    composition_start: int
    keyframe_size: int = 0
    evenly_shown: bool = True
    own_parameters: bool = False
    units: tuple[int, int] | None = None
    last_unit: int = 0


@dataclass(frozen=True)
class Sample:
    """One picture or packet: ticks it lasts, bytes, flags, ticks from decoding to showing."""

    duration: int
    size: int
    flags: int
    composition: int

    @property
    def is_sync(self) -> bool:
        """Whether decoding can begin with it."""
        return not self.flags & _NON_SYNC


@dataclass(frozen=True)
class Run:
    """A fragment as it is stored: its first tick, its samples, where their bytes begin."""

    start: int
    samples: tuple[Sample, ...]
    payload: int


@dataclass(frozen=True)
class Defaults:
    """What a sample is like when its run does not say: ticks, bytes, flags."""

    duration: int
    size: int
    flags: int


def track_defaults(init: bytes) -> Defaults:
    """The defaults in the trex box of an init segment."""
    _, _, _, duration, size, flags = unpack(">6I", child(init, b"moov", b"mvex", b"trex"))
    return Defaults(duration, size, flags)


def read_run(file: BinaryIO, moof: Box, mdat: Box, defaults: Defaults) -> Run:
    """The samples of a moof box, which lie in a row in its mdat. Raises `MalformedTrack`."""
    if mdat.offset != moof.offset + moof.size:
        raise MalformedTrack("A moof box is not followed by its mdat box.")
    body = read_bytes(file, moof.offset + moof.header, moof.size - moof.header, MAX_MOOF)
    traf = child(body, b"traf")
    defaults = _fragment_defaults(child(traf, b"tfhd"), defaults)
    tfdt = child(traf, b"tfdt")
    start = unpack(">Q" if tfdt[:1] == b"\1" else ">I", tfdt, 4)[0]
    payload = mdat.offset + mdat.header
    samples = _in_a_row(
        [b for kind, b in children(traf) if kind == b"trun"], moof, payload, defaults
    )
    if not samples:
        raise MalformedTrack("A fragment has no samples.")
    if sum(sample.size for sample in samples) > mdat.size - mdat.header:
        raise MalformedTrack("A fragment is larger than its bytes.")
    return Run(start, samples, payload)


def _in_a_row(
    truns: Sequence[bytes], moof: Box, payload: int, defaults: Defaults
) -> tuple[Sample, ...]:
    """The samples of all truns, each of which begins where the one before ends."""
    samples: list[Sample] = []
    for trun in truns:
        begun = _data_offset(trun)
        if begun is not None and moof.offset + begun != payload + sum(s.size for s in samples):
            raise MalformedTrack("The samples of a fragment do not follow each other.")
        samples += itertools.islice(_samples(trun, defaults), MAX_SAMPLES)
        if len(samples) > MAX_SAMPLES:
            raise MalformedTrack("A fragment has too many samples.")
    return tuple(samples)


def describe(run: Run, moof: Box, mdat: Box, *, pictures: bool) -> Fragment:
    """What the packaging needs to know of a run of pictures, or of sound."""
    decode, shown = run.start, []
    for sample in run.samples:
        shown.append(decode + sample.composition)
        decode += sample.duration
    keyframe = run.payload + run.samples[0].size - moof.offset
    return Fragment(
        offset=moof.offset,
        size=moof.size + mdat.size,
        start=run.start,
        duration=decode - run.start,
        samples=len(run.samples),
        starts_with_sync=run.samples[0].is_sync,
        composition_start=min(shown),
        keyframe_size=keyframe if pictures else 0,
        evenly_shown=not pictures or _is_even(shown, decode - run.start),
        units=_units(run.samples[:-1]),
        last_unit=run.samples[-1].duration,
    )


def _units(samples: Sequence[Sample]) -> tuple[int, int] | None:
    lengths = [sample.duration for sample in samples]
    return (min(lengths), max(lengths)) if lengths else None


def _is_even(shown: list[int], duration: int) -> bool:
    """Whether each picture is shown about as long as the others."""
    usual = duration / len(shown)
    gaps = [after - before for before, after in itertools.pairwise(sorted(shown))]
    return all(usual / 2 < gap < usual * 1.5 for gap in gaps)


def _data_offset(trun: bytes) -> int | None:
    """Bytes from the moof box to the first sample, where the run says so."""
    if not unpack(">I", trun)[0] & 0x1:
        return None
    return unpack(">i", trun, 8)[0]


def _fragment_defaults(tfhd: bytes, defaults: Defaults) -> Defaults:
    flags = unpack(">I", tfhd)[0] & 0xFFFFFF
    offset = 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    values = [defaults.duration, defaults.size, defaults.flags]
    for index, present in enumerate((0x8, 0x10, 0x20)):
        if flags & present:
            values[index] = unpack(">I", tfhd, offset)[0]
            offset += 4
    return Defaults(*values)


def _samples(trun: bytes, defaults: Defaults) -> Iterator[Sample]:
    head, count = unpack(">2I", trun)
    flags, signed = head & 0xFFFFFF, head >> 24 >= 1
    offset = 8 + (4 if flags & 0x1 else 0)
    first_flags = None
    if flags & 0x4:
        first_flags = unpack(">I", trun, offset)[0]
        offset += 4
    fields = [flags & bit != 0 for bit in (0x100, 0x200, 0x400, 0x800)]
    stride = 4 * sum(fields)
    if (stride and count > (len(trun) - offset) // stride) or count > MAX_SAMPLES:
        raise MalformedTrack("A trun box is too short.")
    for number in range(count):
        values = iter(unpack(f">{stride // 4}I", trun, offset))
        offset += stride
        duration = next(values) if fields[0] else defaults.duration
        size = next(values) if fields[1] else defaults.size
        own = next(values) if fields[2] else defaults.flags
        shift = next(values) if fields[3] else 0
        if signed and shift >= 2**31:
            shift -= 2**32
        if number == 0 and first_flags is not None:
            own = first_flags
        yield Sample(duration, size, own, shift)
