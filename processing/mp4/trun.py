"""A run of samples of a fragment."""

from __future__ import annotations

import itertools
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from processing.mp4.box import MalformedBoxes, unpack
from processing.mp4.tables import numbers, words
from processing.mp4.tfhd import Defaults

MAX_SAMPLES = 100_000
_NON_SYNC = 0x00010000
_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_COMPOSITION = 0x800
_FIELDS = (0x100, 0x200, 0x400, _COMPOSITION)


@dataclass(frozen=True)
class Sample:
    """One frame or packet: its duration in ticks, its bytes, its flags, and the ticks from decoding
    to showing."""

    duration: int
    size: int
    flags: int
    composition: int

    @property
    def is_sync(self) -> bool:
        """Whether decoding can begin with it."""
        return not self.flags & _NON_SYNC


def data_offset(trun: bytes) -> int | None:
    """Return the bytes from the moof box to the first sample, if the run gives them."""
    if not unpack(">I", trun)[0] & _DATA_OFFSET:
        return None
    return int(unpack(">i", trun, 8)[0])


def later(trun: bytes, ticks: int, *, moved: int = 0) -> bytes:
    """Return the run with every frame shown `ticks` later and its bytes `moved` by that many.
    Offsets stay signed only if one is still below 0."""
    head, count = unpack(">2I", trun)
    flags, signed = head & 0xFFFFFF, head >> 24 >= 1
    begin = 8 + 4 * ((flags & _DATA_OFFSET > 0) + (flags & _FIRST_FLAGS > 0))
    before = sum(flags & bit > 0 for bit in _FIELDS[:3])
    stride = before + (flags & _COMPOSITION > 0)
    told, made, least = numbers(trun, begin, stride * count), array("I"), 0
    for at in range(0, stride * count, stride) if stride else [0] * count:
        shift = told[at + before] if stride > before else 0
        shift += ticks - (2**32 if signed and shift >= 2**31 else 0)
        least = min(least, shift)
        made += told[at : at + before]
        made.append(shift & 0xFFFFFFFF)
    version = 1 << 24 if least < 0 else 0
    optional = bytearray(trun[8:begin])
    if flags & _DATA_OFFSET:
        struct.pack_into(">i", optional, 0, unpack(">i", trun, 8)[0] + moved)
    written = struct.pack(">2I", version | flags | _COMPOSITION, count)
    return written + optional + words(made)


def samples(trun: bytes, defaults: Defaults) -> Iterator[Sample]:
    """Return the samples of a run, at most `MAX_SAMPLES`."""
    return itertools.islice(_samples(trun, defaults), MAX_SAMPLES)


def _samples(trun: bytes, defaults: Defaults) -> Iterator[Sample]:
    head, count = unpack(">2I", trun)
    flags, signed = head & 0xFFFFFF, head >> 24 >= 1
    offset = 8 + (4 if flags & _DATA_OFFSET else 0)
    first_flags = None
    if flags & _FIRST_FLAGS:
        first_flags = unpack(">I", trun, offset)[0]
        offset += 4
    fields = [flags & bit != 0 for bit in _FIELDS]
    stride = 4 * sum(fields)
    if (stride and count > (len(trun) - offset) // stride) or count > MAX_SAMPLES:
        raise MalformedBoxes("A trun box is too short.")
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
