"""When the pictures of a source are shown: what cutting it into chunks is planned from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True)
class Timeline:
    """When the pictures of a source are shown, from its index: ticks of the stream's time base,
    as FFmpeg shows them with -copyts (edit lists applied)."""

    keyframes: tuple[int, ...]
    """When keyframes that are shown are shown, ascending."""
    frames: int
    """Pictures that are shown."""
    first_pts: int
    """Of the first picture that is shown."""
    end_pts: int
    """Where the last shown picture ends."""
    constant: bool
    """All pictures are equally long (on the grid within half a tick)."""
    closed: bool
    """No picture that is shown before a keyframe is stored after it (closed GOPs)."""
    steady: bool
    """Times never jump back, or ahead by seconds."""

    def longest_gop(self, time_base: Fraction) -> float:
        """Seconds from a keyframe to the next, or to the end, at most."""
        borders = (*self.keyframes, self.end_pts)
        return float(max((b - a for a, b in pairwise(borders)), default=0) * time_base)
