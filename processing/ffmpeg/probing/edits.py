"""Where an edit list puts the frames of an MP4 track, computed as FFmpeg's demuxer does."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field

from processing.ffmpeg.probing.index import Index
from processing.mp4.elst import Edit


@dataclass
class FrameTimes:
    """The frames that are shown, in stored order, in ticks. `pts` are their times, `keys` marks
    keyframes with 1, and `end` is the end of the frame shown last. `turns_back` says whether
    decoding times go back, which they do only if the clock begins anew; None if they are not given.
    FFmpeg shows the frames `delay` ticks too early if an edit begins between two frames."""

    pts: array[int] = field(default_factory=lambda: array("q"))
    keys: bytearray = field(default_factory=bytearray)
    end: int = -(2**62)
    sizes: array[int] = field(default_factory=lambda: array("q"))
    turns_back: bool | None = False
    delay: int = 0
    _last: int = -(2**62)

    def add(self, pts: int, duration: int, *, key: bool, size: int = 0) -> None:
        """Add a frame of `size` bytes. The duration counts only for the frame shown last: where
        frames are reordered, the time until the next *stored* one may be a pause elsewhere."""
        self.pts.append(pts)
        self.keys.append(key)
        self.sizes.append(size)
        if pts >= self._last:
            self._last, self.end = pts, pts + duration


def placed(index: Index) -> FrameTimes | None:
    """Return the frames of an index. It is None if its edits are of a kind that needs FFmpeg:
    several shown parts, or a part whose beginning no keyframe leads to."""
    if not index.edits:
        return _moved(index, range(index.samples), 0)
    empty = 0
    edits = list(index.edits)
    while edits and edits[0].start == -1:
        empty += edits.pop(0).duration
    if len(edits) != 1 or edits[0].start < 0 or edits[0].duration <= 0:
        return None
    return _cut(index, edits[0], empty)


def _cut(index: Index, edit: Edit, empty: int) -> FrameTimes | None:
    """Return the frames inside the edit, moved so that its first stored frame, and at the earliest
    its first shown one, comes after the empty time."""
    first = _leading_key(index, edit)
    if first is None:
        return None
    inside = [n for n in range(first, _beyond(index, edit, first)) if _is_inside(index, n, edit)]
    if not inside:
        return None
    start = index.decoded[inside[0]]
    earliest = min(_composed(index, n) for n in inside) - start
    if empty + earliest < 0:
        return None
    frames = _moved(index, inside, empty - start - max(0, earliest))
    frames.delay = start + max(0, earliest) - edit.start
    return frames


def _moved(index: Index, samples: range | list[int], by: int) -> FrameTimes:
    frames = FrameTimes()
    decoded = index.decoded
    for n in samples:
        length = decoded[n + 1] - decoded[n]
        size = index.ends[n + 1] - index.ends[n]
        frames.add(_composed(index, n) + by, length, key=bool(index.keys[n]), size=size)
    return frames


def _composed(index: Index, n: int) -> int:
    return index.decoded[n] + index.offsets[n] if index.offsets else index.decoded[n]


def _is_inside(index: Index, n: int, edit: Edit) -> bool:
    return edit.start <= _composed(index, n) < edit.start + edit.duration


def _leading_key(index: Index, edit: Edit) -> int | None:
    """Return the last keyframe stored and shown no later than the edit begins. If there is none, it
    is the first frame, provided that this is a keyframe and frames are reordered."""
    stored = bisect_right(index.decoded, edit.start, hi=index.samples)
    for n in range(stored - 1, -1, -1):
        if index.keys[n] and _composed(index, n) <= edit.start:
            return n
    return 0 if index.keys[0] and index.offsets else None


def _beyond(index: Index, edit: Edit, first: int) -> int:
    """Return the end of the samples that may be inside: one keyframe after the edit's end is
    passed, two where frames are reordered."""
    passed = 0
    for n in range(first, index.samples):
        length = index.decoded[n + 1] - index.decoded[n]
        if index.keys[n] and _composed(index, n) + length >= edit.start + edit.duration:
            passed += 1
            if passed == (2 if index.offsets else 1):
                return n + 1
    return index.samples
