"""The default values for samples of a track (`trex`) or of a fragment (`tfhd`)."""

from __future__ import annotations

from dataclasses import dataclass

from processing.mp4.box import unpack

_BASE_OFFSET, _DESCRIPTION = 0x1, 0x2
_FIELDS = (0x8, 0x10, 0x20)


@dataclass(frozen=True)
class Defaults:
    """The values of a sample whose run does not give them: ticks, bytes, flags."""

    duration: int
    size: int
    flags: int


def of_track(trex: bytes) -> Defaults:
    """Return the defaults in the trex box of an init segment."""
    _, _, _, duration, size, flags = unpack(">6I", trex)
    return Defaults(duration, size, flags)


def of_fragment(tfhd: bytes, defaults: Defaults) -> Defaults:
    """Return the defaults of a fragment: its own, and otherwise `defaults`."""
    flags = unpack(">I", tfhd)[0] & 0xFFFFFF
    offset = 8 + (8 if flags & _BASE_OFFSET else 0) + (4 if flags & _DESCRIPTION else 0)
    values = [defaults.duration, defaults.size, defaults.flags]
    for index, present in enumerate(_FIELDS):
        if flags & present:
            values[index] = unpack(">I", tfhd, offset)[0]
            offset += 4
    return Defaults(*values)
