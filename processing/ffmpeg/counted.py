"""What the encoder of each span counted in a source: decoded frames and audio, and complaints."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from processing.ffmpeg.encoding import counting, edges
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.stored import known, plain


@dataclass(frozen=True)
class Counted:
    """What was counted in one span or in all of them.

    `frames` is the number of decoded frames, `shown` the number of different ones on the grid, and
    `longest` the most seconds one frame stays. `sound` has the seconds of decoded audio by track.
    `complaints` has the number of decoder complaints by stream number, and under `size` how often a
    frame changed its size. `edges` is what `encoding.edges` reads.
    """

    frames: int = 0
    shown: int = 0
    longest: float = 0.0
    sound: Mapping[str, float] = field(default_factory=dict)
    complaints: Mapping[str, int] = field(default_factory=dict)
    edges: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Counted:
        """Return the object that `to_json` of any version wrote."""
        return cls(**known(cls, data))


def read(folder: Path, plan: EncodePlan, complaints: Mapping[str, int]) -> Counted:
    """Return the counts of one encoded span, from the files it left and its `complaints`."""
    found = _frames(folder, plan)
    heard = {
        track.name: _seconds(folder / counting.audio_filename(track.name)) for track in plan.tracks
    }
    sound = {name: seconds for name, seconds in heard.items() if seconds is not None}
    seen = edges.read(folder)
    return replace(found, sound=sound, complaints=complaints, edges=seen)


def _frames(folder: Path, plan: EncodePlan) -> Counted:
    if plan.grid is None:
        return Counted()
    frames = shown = longest = 0
    latest = None
    for line in counting.read(folder / counting.FRAMES_FILENAME):
        frames += 1
        place = math.floor(line.start * plan.grid.rate + Fraction(1, 2))
        if latest is None or place > latest:
            longest = max(longest, 0 if latest is None else place - latest)
            shown, latest = shown + 1, place
    return Counted(frames, shown, round(float(longest / plan.grid.rate), 3))


def _seconds(path: Path) -> float | None:
    if not path.exists():
        return None  # a repackaged track decodes without a fault, or the run fails
    return round(float(sum((line.length for line in counting.read(path)), Fraction())), 3)


def total(spans: Iterable[Counted]) -> Counted:
    """Return the sum of all spans."""
    frames, shown, longest = 0, 0, 0.0
    sound: dict[str, float] = {}
    complaints: dict[str, int] = {}
    for span in spans:
        frames, shown = frames + span.frames, shown + span.shown
        longest = max(longest, span.longest)
        for name, seconds in span.sound.items():
            sound[name] = sound.get(name, 0.0) + seconds
        for kind, times in span.complaints.items():
            complaints[kind] = complaints.get(kind, 0) + times
    return Counted(frames, shown, longest, sound, complaints)
