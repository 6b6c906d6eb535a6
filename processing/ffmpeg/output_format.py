"""The properties all outputs share, used in planning, encoding, packaging and checks."""

from __future__ import annotations

import math
from fractions import Fraction

AUDIO_RATE = 48_000
"""Samples per second of all audio."""
CHANNELS = 2
"""The number of channels of all audio."""
PACKET = 1024
"""The samples in a packet of AAC, the unit in which spans state where audio is cut."""
AUDIO_FRAGMENT_SECONDS = Fraction(1, 2)
"""The length of a fragment of audio: short enough that segments put together from fragments end
within a quarter of a second of the frames' segments, long enough that the headers of fragments cost
3 % of the audio."""
SEGMENT_GOPS = 2
"""The groups of pictures (GOPs) in a segment."""
MAX_FRAME_RATE = 60
"""The most frames per second."""
REORDERED = 1
"""The most encoded frames that are decoded before a frame that is shown earlier than they are. Two
would save 2 % of the bits. But hls.js ignores edit lists, so it takes everything to be shown later
by these frames; where that is more than 50 ms, it takes a segment not to have arrived at all."""
BANDWIDTH_TOLERANCE = 0.1
"""The relative error that Apple's rules allow in a stated bandwidth."""
# High enough that times of any rate are exact, or nearly.
_MIN_TIMESCALE = 10_000


def timescale(rate: Fraction) -> int:
    """Return the ticks a second in which every frame of `rate` lasts a whole number of ticks."""
    return rate.numerator * math.ceil(_MIN_TIMESCALE / rate.numerator)


def units(packets: int, unit: int) -> int:
    """Return the border between access units of `unit` samples that is nearest to a border of AAC
    packets. It is the same for the span before it and the span after."""
    return round(Fraction(packets * PACKET, unit))
