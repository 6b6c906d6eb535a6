"""What is to be made of one span: what every part of its commands reads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.output_format import AUDIO_RATE, PACKET
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.running.ffmpeg import FFmpeg

# Packets the audio encoder is given at least before a span, to be in the state it would be in,
# and after it, to know what comes. It begins at a multiple of so many that their samples are
# whole numbers at every usual rate.
_LEADING_PACKETS = 20
_WHOLE_PACKETS = 15
_TRAILING_PACKETS = 4


@dataclass(frozen=True)
class EncodeOrder:
    """A `span` of a `plan`, made of the file `source` into the folder `out` by so many threads of
    an FFmpeg."""

    media: Media
    plan: EncodePlan
    span: Span
    source: Path
    out: Path
    threads: int
    ffmpeg: FFmpeg = field(default_factory=FFmpeg)

    @property
    def video(self) -> VideoStream | None:
        """The source's frames; None where only audio is made."""
        return self.media.video if self.plan.rungs else None

    @property
    def keeps_timestamps(self) -> bool:
        """Where nothing is known of the times of a clock that may jump, FFmpeg mends them as it
        reads; it can only if it may shift timestamps itself."""
        return not self.media.clock_may_jump or not self.span.whole or self.media.times_are_known

    @property
    def rate(self) -> Fraction:
        """Frames a second of the grid, 1 where only audio is made."""
        return self.plan.grid.rate if self.plan.grid else Fraction(1)

    @property
    def origin(self) -> Fraction:
        """Seconds that become 0, as the filters see them."""
        if self.keeps_timestamps:
            return self.plan.origin
        return self.plan.origin - Fraction(self.media.start).limit_denominator(1_000_000)

    @property
    def first_sample(self) -> int:
        """The first sample the audio encoder gets."""
        first = max(0, self.span.first_packet - _LEADING_PACKETS)
        return first // _WHOLE_PACKETS * _WHOLE_PACKETS * PACKET

    @property
    def end_sample(self) -> int | None:
        """Where the audio encoder's input ends, None for the end of the source."""
        if self.span.end_packet is None:
            return None
        return (self.span.end_packet + _TRAILING_PACKETS) * PACKET

    @property
    def heard_seconds(self) -> tuple[Fraction, Fraction | None]:
        """The seconds of audio that are the span's own."""
        first, end = self.span.first_packet, self.span.end_packet
        length = Fraction(PACKET, AUDIO_RATE)
        return first * length, None if end is None else end * length

    @property
    def least_samples(self) -> int:
        """Audio goes on at least until here, in silence where the source's ends before: as long as
        the frames."""
        grid = self.plan.grid
        return math.ceil(grid.frames / grid.rate * AUDIO_RATE) if grid else 0

    @property
    def copied_end_packet(self) -> int:
        """Where audio packets end that are copied."""
        if self.span.end_packet is not None:
            return self.span.end_packet
        heard = (self.media.audio_end - float(self.plan.origin)) * AUDIO_RATE
        return math.ceil(max(self.least_samples, heard) / PACKET)

    def stream(self, index: int) -> AudioStream:
        """An audio stream of the source."""
        return next(stream for stream in self.media.audio if stream.index == index)
