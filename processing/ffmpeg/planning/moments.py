"""Where a film may have something to tell: stretches for a preview, chosen by what their GOPs cost.

An encoder of constant quality spends bytes where there is detail and where something moves, so the
sizes of GOPs say where to look before anything is decoded: black and still stretches are the
smallest of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE_SECONDS = 6.0
"""A film of up to this length is shown whole."""
STRETCHES = 4
STRETCH_SECONDS = 1.25
"""How many stretches of a longer film are shown, and how long each is."""
_LOOKED_AT = 3
# Films often begin with a logo and end with names. Shorter ones have neither.
_EDGES, _HAS_EDGES_SECONDS = 0.05, 60.0


@dataclass(frozen=True)
class Gop:
    """A group of pictures from second `start` on: the bytes of its keyframe, and those of all its
    other frames a second. The file that holds it ends at second `until`."""

    start: float
    until: float
    keyframe: float
    others: float

    @property
    def worth(self) -> float:
        """How much there may be to see. A still is worth nothing, however detailed it is."""
        return self.keyframe * self.others


@dataclass(frozen=True)
class Stretch:
    """A part of a film, in seconds."""

    start: float
    seconds: float

    @property
    def end(self) -> float:
        """The second at which it ends."""
        return self.start + self.seconds


def candidates(seconds: float, gops: Sequence[Gop]) -> list[list[Stretch]]:
    """Return what to look at for each moment of the preview of a film: some stretches, of which one
    is to be shown. They follow each other in the film and never overlap those of other moments.

    A part of the film in which no stretch begins with a keyframe has the one in its middle.
    """
    if seconds <= WHOLE_SECONDS:
        return [[Stretch(0.0, seconds)]]
    edge = _EDGES * seconds if seconds >= _HAS_EDGES_SECONDS else 0.0
    part = (seconds - 2 * edge) / STRETCHES
    bounds = [(edge + n * part, edge + (n + 1) * part) for n in range(STRETCHES)]
    return [_within(first, end, gops) for first, end in bounds]


def _within(first: float, end: float, gops: Sequence[Gop]) -> list[Stretch]:
    fitting = [
        gop
        for gop in gops
        if gop.start >= first and gop.start + STRETCH_SECONDS <= min(end, gop.until)
    ]
    best = sorted(fitting, key=lambda gop: gop.worth, reverse=True)[:_LOOKED_AT]
    if not best:
        return [Stretch((first + end - STRETCH_SECONDS) / 2, STRETCH_SECONDS)]
    return [Stretch(gop.start, STRETCH_SECONDS) for gop in best]
