"""The properties all outputs share, used in planning, encoding, packaging and checks."""

from __future__ import annotations

import math
from fractions import Fraction

AUDIO_RATE = 48_000
"""Samples a second of all audio."""
CHANNELS = 2
"""Of all audio."""
PACKET = 1024
"""Samples in a packet of AAC, the unit in which spans tell where audio is cut."""
AUDIO_FRAGMENT_SECONDS = Fraction(1, 2)
"""Short enough that segments put together from them end within a quarter of a second of the
frames' segments, long enough that their headers cost 3 % of the audio."""
SEGMENT_GOPS = 2
"""Groups of frames in a segment."""
MAX_FRAME_RATE = 60
"""Frames a second, at most."""
REORDERED = 1
"""Frames of what is encoded that are decoded before one that is shown earlier, at most. Two would
save 2 % of the bits; but hls.js, which knows no edit list, takes everything for shown later by
them, and where that is more than 50 ms, for not come at all."""
BANDWIDTH_TOLERANCE = 0.1
"""How far a bandwidth that is told may be from the real one, by Apple's rules."""
# High enough that times of any rate are exact, or nearly.
_MIN_TIMESCALE = 10_000


def timescale(rate: Fraction) -> int:
    """Return the ticks a second in which every frame of `rate` lasts a whole number of ticks."""
    return rate.numerator * math.ceil(_MIN_TIMESCALE / rate.numerator)


def units(packets: int, unit: int) -> int:
    """Return the border between access units of `unit` samples that is nearest to a border of AAC
    packets. It is the same for the span before it and the span after."""
    return round(Fraction(packets * PACKET, unit))
