"""How a source is read in pieces: where to seek for a cut, and what that decodes for nothing."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction

from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning.grid import Grid
from processing.ffmpeg.probing.timeline import Timeline

# A keyframe this many frames before the cut: later ones may still be on their way. Where every
# frame stands on the grid and groups are closed, one that is the cut itself will do.
_SEEK_MARGIN = 2


def is_exact(video: VideoStream, grid: Grid, timeline: Timeline) -> bool:
    """Whether every frame stands exactly on the grid, and one can begin at every keyframe."""
    ticks = 1 / (grid.rate * video.time_base)
    return (
        timeline.constant
        and timeline.closed
        and ticks.denominator == 1
        and video.constant_rate == grid.rate
    )


class SeekPlan:
    """What is known of reading one source: `rate` is that of the grid, `frames` how many frames
    it has."""

    def __init__(self, media: Media, video: VideoStream, grid: Grid, timeline: Timeline) -> None:
        self.rate = grid.rate
        self._pace = video.time_base * grid.rate
        self._start = video.start_pts
        self._keyframes = timeline.keyframes
        # Decoders of H.264 learn from a group how far frames are reordered, unless it is told.
        reordered = video.codec == "h264" and not timeline.closed
        self._back = 1 if media.clock_may_jump or reordered else 0
        exact = media.is_mp4 and is_exact(video, grid, timeline)
        self._margin = 0 if exact else _SEEK_MARGIN
        self._lead = grid.lead_frames
        self._shown = self._lead + round((timeline.end_pts - video.start_pts) * self._pace)
        self.frames = grid.frames if grid.held_seconds else self._shown

    @property
    def keyframe_numbers(self) -> list[int]:
        """The keyframes, as frames of the grid."""
        above, below = self._pace.numerator, self._pace.denominator
        return [
            self._lead + (2 * (pts - self._start) * above + below) // (2 * below)
            for pts in self._keyframes
        ]

    def seek(self, frame: int) -> int | None:
        """The keyframe to decode from for a cut at `frame`, None for the beginning."""
        latest = self._start + (frame - self._lead - self._margin) / self._pace
        low = bisect_right(self._keyframes, latest) - 1 - self._back
        return self._keyframes[low] if low > 0 else None

    def lead(self, frame: int) -> Fraction:
        """Frames that are decoded for nothing before a cut at `frame`."""
        seek = self.seek(frame)
        begin = Fraction() if seek is None else self._lead + (seek - self._start) * self._pace
        return min(frame, self._shown) - begin
