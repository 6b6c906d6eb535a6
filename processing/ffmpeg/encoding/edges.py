"""Hashes of the frames at the borders of a span, so that neighbouring spans can be compared.

The span before also decodes the first frame of a span, from further back. If the two decoded frames
differ, decoding from this border gives another result than decoding from the beginning: the frames
depend on earlier data that no keyframe repeats.
"""

from __future__ import annotations

from pathlib import Path

FILENAME = "edges.hash"
LABEL = "edges"


def branch(first: int, end: int | None) -> tuple[str, str]:
    """Return a filter step for frames on the grid, and the chain for the frames it branches off:
    the frame `first`, and the first frame of the next span."""
    wanted = f"eq(pts,{first})" + (f"+eq(pts,{end})" if end is not None else "")
    # The branch must end by itself: where the last frame is held, the other frames never end.
    until = f"trim=start_pts={first}:end_pts={(first if end is None else end) + 1}"
    return "split=2[grid][edge];[grid]null", f"[edge]{until},select='{wanted}'[{LABEL}]"


def written(end: int | None, out: Path) -> list[str]:
    """Return the output options that write a hash of each of these frames."""
    count = "1" if end is None else "2"
    argv = ["-map", f"[{LABEL}]", "-fps_mode", "passthrough", "-frames:v", count]
    argv += ["-c:v", "rawvideo", "-f", "framehash", "-hash", "murmur3"]
    return [*argv, str(out / FILENAME)]


def read(folder: Path) -> tuple[str, ...]:
    """Return the hashes that a span wrote: of its first frame, and of the next span's first frame
    if there is a next span. The tuple is empty without frames."""
    path = folder / FILENAME
    lines = path.read_text().splitlines() if path.exists() else []
    return tuple(line.rpartition(",")[2].strip() for line in lines if line[:1] not in ("#", ""))
