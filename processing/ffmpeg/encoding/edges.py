"""The frames at the borders of a span, so that spans can be held against each other.

The frame a span begins with is decoded by the span before it too, from further back. Where the
two differ, whoever begins to decode there sees something else than who came from the beginning:
the source keeps something in its past that no keyframe tells again.
"""

from __future__ import annotations

from pathlib import Path

FILENAME = "edges.hash"
LABEL = "edges"


def branch(first: int, end: int | None) -> tuple[str, str]:
    """A filter step for frames on the grid, and the chain that has what it branches off: the
    frame `first`, and that with which the next span begins."""
    wanted = f"eq(pts,{first})" + (f"+eq(pts,{end})" if end is not None else "")
    # It must end by itself: where the last frame is held there is no end of the others.
    until = f"trim=start_pts={first}:end_pts={(first if end is None else end) + 1}"
    return "split=2[grid][edge];[grid]null", f"[edge]{until},select='{wanted}'[{LABEL}]"


def written(end: int | None, out: Path) -> list[str]:
    """The output that keeps a sum of each."""
    count = "1" if end is None else "2"
    argv = ["-map", f"[{LABEL}]", "-fps_mode", "passthrough", "-frames:v", count]
    argv += ["-c:v", "rawvideo", "-f", "framehash", "-hash", "murmur3"]
    return [*argv, str(out / FILENAME)]


def read(folder: Path) -> tuple[str, ...]:
    """The sums of what a span has written: of its first frame, and of the next span's if there
    was one; none without frames."""
    path = folder / FILENAME
    lines = path.read_text().splitlines() if path.exists() else []
    return tuple(line.rpartition(",")[2].strip() for line in lines if line[:1] not in ("#", ""))
