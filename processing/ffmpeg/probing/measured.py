"""The facts about a source that its timeline gives better than its headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.probing.clock import StreamClock
from processing.ffmpeg.probing.timeline import Timeline


def with_timeline(media: Media, timeline: Timeline | None) -> Media:
    """Return `media` with the measured rate, first frame, number of frames, duration and GOP
    lengths."""
    if media.video is None or timeline is None:
        return media
    video = _rated(media.video, timeline)
    video = replace(
        video,
        start_pts=timeline.first_pts,
        jumps=next((c.jumps for c in timeline.clocks if c.stream == video.index), ()),
        delay=timeline.delay,
        shared=timeline.shared,
        counted=timeline.counted,
        peak_bitrate=timeline.peak_bitrate,
        duration=float((timeline.end_pts - timeline.first_pts) * video.time_base),
        frames=timeline.frames,
        longest_gop=timeline.longest_gop(video.time_base),
        closed_gops=timeline.closed,
        edited=video.edited or timeline.frames != video.frames if video.frames else video.edited,
    )
    return with_clocks(replace(media, video=video), timeline.clocks)


def with_clocks(media: Media, clocks: Sequence[StreamClock]) -> Media:
    """Return `media` with its audio on mended clocks, and with the duration of its streams."""
    audio = tuple(_mended(stream, clocks) for stream in media.audio)
    longer = replace(media, audio=audio)
    return replace(longer, duration=longer.lasting or media.duration)


def _rated(video: VideoStream, timeline: Timeline) -> VideoStream:
    if timeline.constant and timeline.rate is not None:
        rate = timeline.rate
        return replace(video, frame_rate=rate, constant_rate=rate, burst_rate=None)
    average = video.frame_rate
    if timeline.frames > 1:
        ticks = timeline.end_pts - timeline.first_pts
        average = Fraction(timeline.frames, ticks) / video.time_base
    fastest = timeline.rate or video.fastest_rate
    return replace(video, frame_rate=average, constant_rate=Fraction(0), burst_rate=fastest)


def _mended(stream: AudioStream, clocks: Sequence[StreamClock]) -> AudioStream:
    """Return a stream with the times of its mended clock."""
    clock = next((c for c in clocks if c.stream == stream.index), None)
    if clock is None or (stream.duration and not clock.jumps):
        return stream
    length = float((clock.end_pts - clock.first_pts) * stream.time_base)
    return replace(stream, start_pts=clock.first_pts, duration=length, jumps=clock.jumps)
