"""Groups fragments into the segments that a player fetches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from processing.packaging.fragments import Fragment

# No segment is longer than this many targets, unless it is a single fragment.
_LONGEST = 1.5


@dataclass(frozen=True)
class Keyframe:
    """The bytes that show one frame: `offset` to `offset + size` of the segment's file, with the
    headers; `duration` is in ticks up to the next one."""

    offset: int
    size: int
    duration: int


@dataclass(frozen=True)
class Segment:
    """Some fragments in a row: bytes `offset` to `offset + size` of their file; `duration` and
    `start` in ticks; the number of their samples (`frames`); and the keyframe of each fragment
    (none for audio)."""

    offset: int
    size: int
    duration: int
    start: int
    frames: int
    keyframes: tuple[Keyframe, ...] = ()

    @property
    def end(self) -> int:
        """The tick at which the next segment starts."""
        return self.start + self.duration


def group(fragments: Sequence[Fragment], target_ticks: int) -> tuple[Segment, ...]:
    """Return segments of about `target_ticks`, each ending as close to a multiple of it as
    fragments allow.

    Multiples are used instead of sums so that audio, whose fragments never last exactly as long as
    those of frames, stays beside the frames over hours. If all fragments have one length that
    divides the target, every segment but the last lasts the target exactly.
    """
    segments: list[Segment] = []
    held: list[Fragment] = []
    for fragment in fragments:
        first = fragments[0].start
        if held and _is_complete(held, fragment, first, target_ticks):
            segments.append(_joined(held))
            held = []
        held.append(fragment)
    return (*segments, _joined(held)) if held else ()


def _is_complete(held: Sequence[Fragment], coming: Fragment, first: int, target_ticks: int) -> bool:
    """Whether the border that `held` approaches is closer to the end of `held` than to the end of
    `coming`."""
    end = coming.start + coming.duration
    if end - held[0].start > _LONGEST * target_ticks:
        return True
    begun = held[0].start + held[0].duration // 2 - first
    border = first + (begun // target_ticks + 1) * target_ticks
    return abs(coming.start - border) <= abs(end - border)


def _joined(fragments: Sequence[Fragment]) -> Segment:
    first = fragments[0]
    return Segment(
        offset=first.offset,
        size=sum(fragment.size for fragment in fragments),
        duration=sum(fragment.duration for fragment in fragments),
        start=first.start,
        frames=sum(fragment.samples for fragment in fragments),
        keyframes=tuple(
            Keyframe(fragment.offset, fragment.keyframe_size, fragment.duration)
            for fragment in fragments
            if fragment.keyframe_size
        ),
    )


def to_json(segments: Iterable[Segment]) -> list[list[Any]]:
    """Return compact rows: offset, size, duration, start, frames, and a flat list of offset, size
    and duration of each keyframe, if there are any."""
    return [_row(segment) for segment in segments]


def _row(segment: Segment) -> list[Any]:
    row: list[Any] = [
        segment.offset, segment.size, segment.duration, segment.start, segment.frames
    ]  # fmt: skip
    if segment.keyframes:
        row.append([n for k in segment.keyframes for n in (k.offset, k.size, k.duration)])
    return row


def from_json(rows: Iterable[Sequence[Any]]) -> tuple[Segment, ...]:
    """Return the segments that `to_json` wrote."""
    return tuple(_segment(row) for row in rows)


def _segment(row: Sequence[Any]) -> Segment:
    offset, size, duration, start, frames, *rest = row
    flat = rest[0] if rest else ()
    keyframes = tuple(Keyframe(*flat[at : at + 3]) for at in range(0, len(flat), 3))
    return Segment(offset, size, duration, start, frames, keyframes)
