"""Reads one moof box and the mdat after it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from processing.packaging.mp4 import Box, MalformedTrack, child, children, read_bytes, unpack

MAX_MOOF = 8 * 1024 * 1024
MAX_SAMPLES = 100_000
_NON_SYNC = 0x00010000


@dataclass(frozen=True)
class Fragment:
    """One moof and mdat: `offset` and `size` in bytes, `start` (tfdt) and `duration` in ticks.

    `composition_start` is the tick at which its earliest picture is shown; `keyframe_size` the
    bytes from `offset` on that hold the headers and the first sample.
    """

    offset: int
    size: int
    start: int
    duration: int
    samples: int
    starts_with_sync: bool
    composition_start: int
    keyframe_size: int = 0


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


def read_fragment(file: BinaryIO, moof: Box, mdat: Box, defaults: Defaults) -> Fragment:
    """The fragment of a moof box and its mdat box. Raises `MalformedTrack`."""
    if mdat.offset != moof.offset + moof.size:
        raise MalformedTrack("A moof box is not followed by its mdat box.")
    body = read_bytes(file, moof.offset + moof.header, moof.size - moof.header, MAX_MOOF)
    traf = child(body, b"traf")
    defaults = _fragment_defaults(child(traf, b"tfhd"), defaults)
    tfdt = child(traf, b"tfdt")
    start = unpack(">Q" if tfdt[:1] == b"\1" else ">I", tfdt, 4)[0]
    runs = [body for kind, body in children(traf) if kind == b"trun"]
    every = (sample for run in runs for sample in _samples(run, defaults))
    samples = list(itertools.islice(every, MAX_SAMPLES))
    if not samples:
        raise MalformedTrack("A fragment has no samples.")
    decode, shown = start, []
    for sample in samples:
        shown.append(decode + sample.composition)
        decode += sample.duration
    if sum(sample.size for sample in samples) > mdat.size - mdat.header:
        raise MalformedTrack("A fragment is larger than its bytes.")
    return Fragment(
        offset=moof.offset,
        size=moof.size + mdat.size,
        start=start,
        duration=decode - start,
        samples=len(samples),
        starts_with_sync=not samples[0].flags & _NON_SYNC,
        composition_start=min(shown),
        keyframe_size=moof.size + mdat.header + samples[0].size,
    )


def _fragment_defaults(tfhd: bytes, defaults: Defaults) -> Defaults:
    flags = unpack(">I", tfhd)[0] & 0xFFFFFF
    offset = 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    values = [defaults.duration, defaults.size, defaults.flags]
    for index, present in enumerate((0x8, 0x10, 0x20)):
        if flags & present:
            values[index] = unpack(">I", tfhd, offset)[0]
            offset += 4
    return Defaults(*values)


@dataclass(frozen=True)
class _Sample:
    duration: int
    size: int
    flags: int
    composition: int


def _samples(trun: bytes, defaults: Defaults) -> Iterator[_Sample]:
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
        yield _Sample(duration, size, own, shift)
