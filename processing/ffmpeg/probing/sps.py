"""Whether H.264 can be interlaced at all, according to its parameter sets."""

from __future__ import annotations

from processing.mp4 import avcc as configuration


def is_whole(avcc: bytes) -> bool | None:
    """Whether every set of an avcC box says that all frames are whole frames; None if that cannot
    be read."""
    sets = configuration.sequence_sets(avcc)
    try:
        return all(map(configuration.frames_only, sets)) if sets else None
    except (IndexError, ValueError):
        return None
