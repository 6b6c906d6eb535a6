"""The part of a source that becomes a video."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from processing.ffmpeg.output_format import AUDIO_RATE
from processing.ffmpeg.stored import known


@dataclass(frozen=True)
class Clip:
    """A part of a source, from `start` to `end` in seconds of the video that the whole source would
    become; without an `end` it goes on to the end of the source."""

    start: float = 0.0
    end: float | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Clip | None:
        """Return the stored clip; None for a whole source."""
        return cls(**known(cls, data)) if data else None

    def first_frame(self, rate: Fraction) -> int:
        """Return the frame whose time is nearest to the start, at `rate` frames a second."""
        return round(Fraction(self.start) * rate)

    def end_frame(self, rate: Fraction) -> int | None:
        """Return the frame before which the clip ends, by the nearest time too."""
        return None if self.end is None else round(Fraction(self.end) * rate)

    @property
    def start_on_samples(self) -> Fraction:
        """The start in seconds, on a sample at the rate of all audio that is made."""
        return Fraction(round(Fraction(self.start) * AUDIO_RATE), AUDIO_RATE)

    @property
    def end_on_samples(self) -> Fraction | None:
        """The end in seconds, on such a sample."""
        if self.end is None:
            return None
        return Fraction(round(Fraction(self.end) * AUDIO_RATE), AUDIO_RATE)
