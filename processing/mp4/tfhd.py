"""What the samples of a track (`trex`) or of a fragment (`tfhd`) are like unless they say so."""

from __future__ import annotations

from dataclasses import dataclass

from processing.mp4.box import unpack

_BASE_OFFSET, _DESCRIPTION = 0x1, 0x2
_FIELDS = (0x8, 0x10, 0x20)


@dataclass(frozen=True)
class Defaults:
    """What a sample is like when its run does not say: ticks, bytes, flags."""

    duration: int
    size: int
    flags: int


def of_track(trex: bytes) -> Defaults:
    """The defaults in the trex box of an init segment."""
    _, _, _, duration, size, flags = unpack(">6I", trex)
    return Defaults(duration, size, flags)


def of_fragment(tfhd: bytes, defaults: Defaults) -> Defaults:
    """Those of a fragment, where it has its own."""
    flags = unpack(">I", tfhd)[0] & 0xFFFFFF
    offset = 8 + (8 if flags & _BASE_OFFSET else 0) + (4 if flags & _DESCRIPTION else 0)
    values = [defaults.duration, defaults.size, defaults.flags]
    for index, present in enumerate(_FIELDS):
        if flags & present:
            values[index] = unpack(">I", tfhd, offset)[0]
            offset += 4
    return Defaults(*values)
