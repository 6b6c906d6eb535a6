"""Samples in a row of a fragment."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from processing.mp4.box import MalformedBoxes, unpack
from processing.mp4.tfhd import Defaults

MAX_SAMPLES = 100_000
_NON_SYNC = 0x00010000
_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_FIELDS = (0x100, 0x200, 0x400, 0x800)


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


def data_offset(trun: bytes) -> int | None:
    """Bytes from the moof box to the first sample, where the run says so."""
    if not unpack(">I", trun)[0] & _DATA_OFFSET:
        return None
    return int(unpack(">i", trun, 8)[0])


def samples(trun: bytes, defaults: Defaults) -> Iterator[Sample]:
    """Its samples, `MAX_SAMPLES` at most."""
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
