"""How a source is read in pieces: where to seek for a cut, and how many frames that decodes in
vain."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction

from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning.grid import Grid
from processing.ffmpeg.probing.timeline import Timeline

# Seek to a keyframe at least this many frames before the cut, because a later keyframe may not be
# shown yet at the cut. Where every frame is on the grid and groups are closed, the keyframe at the
# cut itself is good enough.
_SEEK_MARGIN = 2


def is_exact(video: VideoStream, grid: Grid, timeline: Timeline) -> bool:
    """Whether every frame is exactly on the grid, and decoding can begin at every keyframe."""
    ticks = 1 / (grid.rate * video.time_base)
    return (
        timeline.constant
        and timeline.closed
        and ticks.denominator == 1
        and video.constant_rate == grid.rate
    )


class SeekPlan:
    """Where to seek in one source: `rate` is that of the grid, `frames` the number of frames. With
    `begins_midway` there are frames before the first one, which do not belong to the clip."""

    def __init__(self, media: Media, video: VideoStream, grid: Grid, timeline: Timeline) -> None:
        self.rate = grid.rate
        self._pace = video.time_base * grid.rate
        self._start = video.start_pts
        self._keyframes = timeline.keyframes
        # H.264 decoders learn from the first group how far frames are reordered, unless the stream
        # says so.
        reordered = video.codec == "h264" and not timeline.closed
        self._back = 1 if media.clock_may_jump or reordered else 0
        exact = media.is_mp4 and is_exact(video, grid, timeline)
        self._margin = 0 if exact else _SEEK_MARGIN
        self._lead = grid.lead_frames
        self._shown = self._lead + round((timeline.end_pts - video.start_pts) * self._pace)
        self.frames = grid.frames if grid.held_seconds or media.clip else self._shown
        self.begins_midway = self._lead < 0

    @property
    def keyframe_numbers(self) -> list[int]:
        """The keyframes, as frames of the grid."""
        above, below = self._pace.numerator, self._pace.denominator
        return [
            self._lead + (2 * (pts - self._start) * above + below) // (2 * below)
            for pts in self._keyframes
        ]

    def seek(self, frame: int) -> int | None:
        """Return the keyframe to decode from for a cut at `frame`, None for the beginning."""
        latest = self._start + (frame - self._lead - self._margin) / self._pace
        low = bisect_right(self._keyframes, latest) - 1 - self._back
        return self._keyframes[low] if low > 0 else None

    def lead(self, frame: int) -> Fraction:
        """Return the number of frames that are decoded in vain before a cut at `frame`."""
        seek = self.seek(frame)
        begin = Fraction() if seek is None else self._lead + (seek - self._start) * self._pace
        return min(frame, self._shown) - begin
