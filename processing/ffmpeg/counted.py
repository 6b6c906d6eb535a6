"""What encoding found in a source, span by span: what was decoded, and what the decoders said."""

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
    """`frames` that were decoded, how many different ones are `shown` on the grid, and for how many
    seconds at most one stays (`longest`); seconds of audio that were decoded, by track; how often
    decoders complained, by the stream's number, and (`size`) of a frame that changes its size;
    `edges` as `encoding.edges` reads them."""

    frames: int = 0
    shown: int = 0
    longest: float = 0.0
    sound: Mapping[str, float] = field(default_factory=dict)
    complaints: Mapping[str, int] = field(default_factory=dict)
    edges: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A dictionary `json` can write."""
        return plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Counted:
        """The inverse of `to_json`, of any version."""
        return cls(**known(cls, data))


def read(folder: Path, plan: EncodePlan, complaints: Mapping[str, int]) -> Counted:
    """What an encode of a span counted, from the files it left and what it said."""
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
        return None  # what is repackaged decodes without a fault, or ends the run
    return round(float(sum((line.length for line in counting.read(path)), Fraction())), 3)


def total(spans: Iterable[Counted]) -> Counted:
    """All spans together."""
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
