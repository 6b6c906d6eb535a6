"""The constant grid on which the frames of a source are encoded, and the moment that becomes 0."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from processing.ffmpeg.media import Media
from processing.ffmpeg.stored import fractions, known, plain

MAX_RATE = 60
# Sound that ends this many seconds after the last picture is not cut: the picture stays.
_HOLD_ABOVE = 2.0


@dataclass(frozen=True)
class Grid:
    """`rate` in frames a second (at most 60); `frames` that a whole encode has, give or take one;
    `held_seconds` that the last of them stays because the sound goes on."""

    rate: Fraction
    frames: int
    held_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """How long its frames last."""
        return float(self.frames / self.rate)

    def to_json(self) -> dict[str, Any]:
        """A dictionary `json` can write."""
        return plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grid:
        """The inverse of `to_json`."""
        return cls(**known(cls, fractions(data, "rate")))


def grid_of(media: Media) -> Grid | None:
    """The grid of a source, None without video."""
    video = media.video
    if video is None:
        return None
    rate, held = grid_rate(video.fastest_rate), held_seconds(media)
    duration = media.duration if video.duration is None else video.duration
    return Grid(rate, max(1, round((duration + held) * rate)), held)


def grid_rate(rate: Fraction) -> Fraction:
    """The rate at which frames that come at `rate` are encoded, in (0, 60]."""
    if MAX_RATE < rate <= MAX_RATE + 1:
        rate = Fraction(MAX_RATE)  # a screen's 60.02 is 60, not every other picture
    rate /= math.ceil(rate / MAX_RATE)  # 120 and 240 become 60: every nth picture
    if rate < 1:
        rate *= math.ceil(1 / rate)  # a GOP of two seconds needs a picture a second
    return rate.limit_denominator(1001)


def held_seconds(media: Media) -> float:
    """How long the last picture stays because the sound goes on, as a song with one picture
    has it; 0 when the sound ends with the pictures, soon after, or nobody knows when."""
    if media.video is None or not media.audio:
        return 0.0
    sound = media.audio[0]
    if media.video.duration is None or sound.duration is None:
        return 0.0
    longer = float(sound.start - media.video.start) + sound.duration - media.video.duration
    return longer if longer > _HOLD_ABOVE else 0.0


def origin_of(media: Media) -> Fraction:
    """Seconds on the source's own clock that become 0: its first picture or first sound."""
    return media.audio[0].start if media.video is None else media.video.start
