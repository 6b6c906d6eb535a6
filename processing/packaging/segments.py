"""Groups fragments into the segments a player fetches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from processing.packaging.boxes import Fragment


@dataclass(frozen=True)
class Segment:
    """Some fragments in a row: bytes `offset` to `offset + size` of their file, ticks that they
    last and start at, and their samples (`frames`)."""

    offset: int
    size: int
    duration: int
    start: int
    frames: int

    @property
    def end(self) -> int:
        """The tick at which the next segment starts."""
        return self.start + self.duration


def group(fragments: Sequence[Fragment], target_ticks: int) -> tuple[Segment, ...]:
    """Segments of about `target_ticks`, ending as near as fragments allow to its multiples.

    Multiples rather than sums, so that sound, whose fragments never last exactly as long as
    pictures', stays beside them over hours.
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
    """Whether the border `held` runs up to is nearer to its end than to the end of `coming`."""
    begun = held[0].start + held[0].duration // 2 - first
    border = first + (begun // target_ticks + 1) * target_ticks
    return abs(coming.start - border) <= abs(coming.start + coming.duration - border)


def _joined(fragments: Sequence[Fragment]) -> Segment:
    first = fragments[0]
    return Segment(
        offset=first.offset,
        size=sum(fragment.size for fragment in fragments),
        duration=sum(fragment.duration for fragment in fragments),
        start=first.start,
        frames=sum(fragment.samples for fragment in fragments),
    )


def to_json(segments: Iterable[Segment]) -> list[list[int]]:
    """Compact rows: offset, size, duration, start, frames."""
    return [[s.offset, s.size, s.duration, s.start, s.frames] for s in segments]


def from_json(rows: Iterable[Sequence[int]]) -> tuple[Segment, ...]:
    """The inverse of `to_json`."""
    return tuple(Segment(*row) for row in rows)
