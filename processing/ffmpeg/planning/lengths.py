"""Where a span lies on the clock, in seconds."""

from __future__ import annotations

from processing.ffmpeg.encoding.filters import AUDIO_RATE
from processing.ffmpeg.media import PACKET, Media
from processing.ffmpeg.planning.chunks import Span

_LEAST_SECONDS = 0.1


def start_of(span: Span, media: Media) -> float:
    """Seconds from the start of the source to that of a span."""
    if media.video is None:
        return span.first_packet * PACKET / AUDIO_RATE
    return span.first_frame / float(media.video.frame_rate)


def seconds_of(span: Span, media: Media) -> float:
    """How long a span lasts, as far as is known: at least a tenth of a second."""
    return max(_LEAST_SECONDS, _end_of(span, media) - start_of(span, media))


def _end_of(span: Span, media: Media) -> float:
    if media.video is None:
        return media.duration if span.end_packet is None else span.end_packet * PACKET / AUDIO_RATE
    frames = media.planned_frames if span.end_frame is None else span.end_frame
    return (frames or 0) / float(media.video.frame_rate)
