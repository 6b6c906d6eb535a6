"""What FFmpeg's filters measured, as their frames' metadata say it, printed into files.

The log is not read: it also holds what a file says of itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

_MOST_LINE = 1024
_FRAME = re.compile(r"frame:\d+ .*pts_time:(-?\d{1,12}(?:\.\d{1,12})?)$")


def into(path: Path, key: str = "", *, audio: bool = False) -> str:
    """Return the filter that prints the metadata of frames into a file: all of it, or only ``key``
    of the frames that have it."""
    chosen = f"key={key}:" if key else ""
    return f"{'a' if audio else ''}metadata=mode=print:{chosen}file={_quoted(path)}"


def numbers(path: Path, key: str) -> Iterator[float]:
    """Yield the finite numbers that such a file has for a key, in order; none if there is no file.

    The file is read line by line, and lines that say anything else are passed over.
    """
    for line in _lines(path):
        name, _, told = line.partition("=")
        if name == key and (number := _number(told)) is not None:
            yield number


def times(path: Path) -> Iterator[float]:
    """Yield when each frame that the file tells of is shown, in seconds."""
    for line in _lines(path):
        if (found := _FRAME.match(line)) is not None:
            yield float(found[1])


def _lines(path: Path) -> Iterator[str]:
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        while line := file.readline(_MOST_LINE):
            yield line


def _number(told: str) -> float | None:
    try:
        number = float(told)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _quoted(path: Path) -> str:
    """Return a path as the value of an option within a filter graph, which is read twice."""
    option = re.sub(r"([\\':])", r"\\\1", str(path))
    return re.sub(r"([\\'\[\],;])", r"\\\1", option)
