"""Times as they are written in files: to and from whole milliseconds."""

from __future__ import annotations

import re

from processing.captions.limits import MOST_MS

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)


def read(text: str) -> int | None:
    """Return the milliseconds of ``1:02:03.500``, ``02:03,5`` or alike; None if it is none."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = int(found[1] or 0), int(found[2]), int(found[3])
    if minutes > 59 or seconds > 59:
        return None
    fraction = (found[4] or "0")[:3].ljust(3, "0")
    told = ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(fraction)
    return told if told <= MOST_MS else None


def webvtt(ms: int) -> str:
    """Return a time as ``00:01:02.500``."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def srt(ms: int) -> str:
    """Return a time as ``00:01:02,500``."""
    return webvtt(ms).replace(".", ",")
