"""Where a frame of a rendition is stored: in which chunk, and the how manieth it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from videos.models import Chunk, Rendition

_USUAL_RATE = Fraction(25)


@dataclass(frozen=True)
class Place:
    """Frame ``number`` of a chunk, of ``rate`` frames a second."""

    chunk: Chunk
    number: int
    rate: Fraction
    timescale: int

    @property
    def seconds(self) -> float:
        """The second of the video at which it begins."""
        return float(Fraction(self.chunk.start, self.timescale) + self.number / self.rate)

    @property
    def seek(self) -> float:
        """The second of the chunk from which on it is the first frame."""
        return max(0.0, float((self.number - Fraction(1, 2)) / self.rate))


def rate_of(rendition: Rendition) -> Fraction:
    """Return the frames in a second of a rendition."""
    return Fraction(rendition.frame_rate) if rendition.frame_rate else _USUAL_RATE


def seconds_of(rendition: Rendition, chunks: Sequence[Chunk]) -> Fraction:
    """Return how many seconds these chunks of a rendition last."""
    return Fraction(sum(chunk.duration for chunk in chunks), rendition.timescale)


def chunk_at(rendition: Rendition, chunks: Sequence[Chunk], seconds: Fraction | float) -> Chunk:
    """Return the chunk that is played at a second, or the last one after the end."""
    ticks = seconds * rendition.timescale
    return next((one for one in chunks if ticks < one.start + one.duration), chunks[-1])


def at(
    rendition: Rendition, chunks: Sequence[Chunk], seconds: Fraction, *, roomy: bool = False
) -> Place:
    """Return the place of the frame that is shown at a second, or of the last one after the end.
    The chunks are those of the rendition, in their order.

    With ``roomy``, it is moved by up to half a second, so that its neighbours are in its chunk.
    """
    rate, timescale = rate_of(rendition), rendition.timescale
    chunk = chunk_at(rendition, chunks, seconds)
    frames = max(1, round(Fraction(chunk.duration, timescale) * rate))
    # A thousandth of a frame: times are rounded to ticks.
    number = int((seconds - Fraction(chunk.start, timescale)) * rate + Fraction(1, 1000))
    number = max(0, min(frames - 1, number))
    room = round(rate / 2)
    if roomy and frames > 2 * room:
        number = max(room, min(frames - 1 - room, number))
    return Place(chunk, number, rate, timescale)
