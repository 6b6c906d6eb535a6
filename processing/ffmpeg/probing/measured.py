"""What the timeline tells of a source better than its headers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.probing import rates
from processing.ffmpeg.probing.timeline import Timeline


def with_timeline(media: Media, timeline: Timeline | None) -> Media:
    """`media` with what was measured: its rate, first picture, how many there are, duration, and
    the shape of its GOPs."""
    if media.video is None or timeline is None:
        return media
    video = _rated(media.video, timeline)
    video = replace(
        video,
        start_pts=timeline.first_pts,
        duration=float((timeline.end_pts - timeline.first_pts) * video.time_base),
        frames=timeline.frames,
        longest_gop=timeline.longest_gop(video.time_base),
        closed_gops=timeline.closed,
        edited=video.edited or timeline.frames != video.frames if video.frames else video.edited,
    )
    longer = replace(media, video=video)
    return replace(longer, duration=longer.lasting or media.duration)


def _rated(video: VideoStream, timeline: Timeline) -> VideoStream:
    ticks = timeline.end_pts - timeline.first_pts
    told = rates.rates_between(
        ticks, timeline.frames, video.time_base, video.constant_rate or video.fastest_rate
    )
    exact = next(told, None) if timeline.constant and timeline.frames > 1 else None
    if exact:
        return replace(video, frame_rate=exact, constant_rate=exact, burst_rate=None)
    fastest, average = video.fastest_rate, video.frame_rate
    if timeline.steady and timeline.frames > 1:
        average = Fraction(timeline.frames, ticks) / video.time_base
    return replace(video, frame_rate=average, constant_rate=Fraction(0), burst_rate=fastest)
