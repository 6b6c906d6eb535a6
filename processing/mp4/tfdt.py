"""The start time of a fragment."""

from __future__ import annotations

from processing.mp4.box import unpack


def start(tfdt: bytes) -> int:
    """Return the tick of its first sample."""
    return int(unpack(">Q" if tfdt[:1] == b"\1" else ">I", tfdt, 4)[0])
