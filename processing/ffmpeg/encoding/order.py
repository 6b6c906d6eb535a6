"""The order to encode one span: the data that every part of its commands reads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.output_format import AUDIO_RATE, PACKET
from processing.ffmpeg.planning.grid import skipped_seconds
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.running.ffmpeg import FFmpeg

# Packets the audio encoder gets at least before a span, so that it is in the state of an uncut run,
# and after it, so that it knows what follows. Its input begins at a multiple of 15 packets, whose
# samples are whole numbers at every usual rate.
_LEADING_PACKETS = 20
_WHOLE_PACKETS = 15
_TRAILING_PACKETS = 4


@dataclass(frozen=True)
class EncodeOrder:
    """An order to make a `span` of a `plan` from the file `source` into the folder `out`, with
    `threads` threads of one FFmpeg."""

    media: Media
    plan: EncodePlan
    span: Span
    source: Path
    out: Path
    threads: int
    ffmpeg: FFmpeg = field(default_factory=FFmpeg)

    @property
    def video(self) -> VideoStream | None:
        """The source's video stream; None if only audio is made."""
        return self.media.video if self.plan.rungs else None

    @property
    def keeps_timestamps(self) -> bool:
        """Whether the source's timestamps are kept. They are not for a whole span if the clock may
        jump and nothing is known of its times: FFmpeg then mends them as it reads, which it can
        only do if it may shift timestamps itself."""
        return not self.media.clock_may_jump or not self.span.whole or self.media.times_are_known

    @property
    def rate(self) -> Fraction:
        """Frames a second of the grid; 1 if only audio is made."""
        return self.plan.grid.rate if self.plan.grid else Fraction(1)

    @property
    def origin(self) -> Fraction:
        """The seconds that become 0, as the filters see them."""
        if self.keeps_timestamps:
            return self.plan.origin
        return self.plan.origin - Fraction(self.media.start).limit_denominator(1_000_000)

    @property
    def skipped(self) -> Fraction:
        """The seconds of the source before the clip."""
        return skipped_seconds(self.media)

    @property
    def begins_midway(self) -> bool:
        """Whether the span begins a clip, so that what comes before it is neither made nor
        counted."""
        return not self.span.number and self.skipped > 0

    @property
    def end_frame(self) -> int | None:
        """The frame of the grid before which the span ends; None for the end of the source."""
        if self.span.end_frame is None and self.plan.grid and self.plan.ends_early:
            return self.plan.grid.frames
        return self.span.end_frame

    @property
    def first_sample(self) -> int:
        """The first sample that the audio encoder gets."""
        first = max(0, self.span.first_packet - _LEADING_PACKETS)
        return first // _WHOLE_PACKETS * _WHOLE_PACKETS * PACKET

    @property
    def end_sample(self) -> int | None:
        """The sample at which the audio encoder's input ends; None for the end of the source."""
        if self.span.end_packet is None:
            return self._last_sample if self.plan.ends_early else None
        return (self.span.end_packet + _TRAILING_PACKETS) * PACKET

    @property
    def _last_sample(self) -> int:
        """The sample at which a clip ends."""
        return self.least_samples or round(self.plan.seconds * AUDIO_RATE)

    @property
    def heard_seconds(self) -> tuple[Fraction | None, Fraction | None]:
        """The first and the last second of the audio that belongs to this span; None for the
        beginning and the end of the source."""
        first, end = self.span.first_packet, self.span.end_packet
        length = Fraction(PACKET, AUDIO_RATE)
        begin = first * length if first or self.begins_midway else None
        if end is None and self.plan.ends_early:
            return begin, Fraction(self._last_sample, AUDIO_RATE)
        return begin, None if end is None else end * length

    @property
    def least_samples(self) -> int:
        """The sample up to which audio lasts at least, as long as the frames; silence follows if
        the source's audio ends before."""
        grid = self.plan.grid
        return math.ceil(grid.frames / grid.rate * AUDIO_RATE) if grid else 0

    @property
    def copied_end_packet(self) -> int:
        """The packet at which copied audio ends."""
        if self.span.end_packet is not None:
            return self.span.end_packet
        if self.plan.ends_early:
            return math.ceil(self.least_samples / PACKET)
        heard = (self.media.audio_end - float(self.plan.origin)) * AUDIO_RATE
        return math.ceil(max(self.least_samples, heard) / PACKET)

    def stream(self, index: int) -> AudioStream:
        """Return the source's audio stream with that `index`."""
        return next(stream for stream in self.media.audio if stream.index == index)
