"""The constant grid on which a source's frames are encoded, and the moment that becomes 0."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from processing.ffmpeg.media import Media
from processing.ffmpeg.stored import fractions, known, plain

MAX_RATE = 60
# If audio begins more than this many seconds before the first frame, the frame is held from then
# on. A smaller lead is the delay of an audio encoder, which nobody hears.
_LEAD_ABOVE = 0.026
# The last frame is held if the audio goes on longer than this after it. A shorter rest of audio is
# heard after the last frame's time.
_HOLD_ABOVE = 0.1


@dataclass(frozen=True)
class Grid:
    """The grid: `rate` in frames a second (at most 60), and `frames`, the number in a whole encode,
    give or take one.

    The first frame is held for `lead_frames`, because audio begins before it; if they are negative,
    that many frames of the source's grid come before a clip. The last frame stays
    for `held_seconds`, because audio goes on. With `fills_its_end` the last frame is repeated up to
    the end: for the audio, or because only its own length says how long it stays. `is_exact` says
    that every frame was counted.
    """

    rate: Fraction
    frames: int
    held_seconds: float = 0.0
    lead_frames: int = 0
    fills_its_end: bool = False
    is_exact: bool = False

    @property
    def seconds(self) -> float:
        """How long the frames last."""
        return float(self.frames / self.rate)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grid:
        """Return the grid that `to_json` wrote."""
        return cls(**known(cls, fractions(data, "rate")))


def grid_of(media: Media) -> Grid | None:
    """Return the grid of a source or of its clip, None without video. A clip begins and ends
    between two frames of its source's grid."""
    grid = _whole_grid(media)
    if grid is None or media.clip is None:
        return grid
    first, end = media.clip.first_frame(grid.rate), media.clip.end_frame(grid.rate)
    left = 0 if end is None else max(0, grid.frames - end)
    return replace(
        grid,
        frames=grid.frames - left - first,
        held_seconds=max(0.0, grid.held_seconds - float(left / grid.rate)),
        lead_frames=grid.lead_frames - first,
    )


def _whole_grid(media: Media) -> Grid | None:
    video = media.video
    if video is None:
        return None
    rate, held = grid_rate(video.fastest_rate), held_seconds(media)
    lead = lead_frames(media, rate)
    duration = media.duration if video.duration is None else video.duration
    frames = lead + max(1, round((duration + held) * rate))
    return Grid(
        rate, frames, held, lead,
        fills_its_end=held > 0 or video.constant_rate == 0,
        is_exact=bool(video.constant_rate),
    )  # fmt: skip


def grid_rate(rate: Fraction) -> Fraction:
    """Return the rate at which frames of `rate` are encoded, in (0, 60]."""
    if MAX_RATE < rate <= MAX_RATE + 1:
        rate = Fraction(MAX_RATE)  # a screen's 60.02 is 60, not every other frame
    rate /= math.ceil(rate / MAX_RATE)  # 120 and 240 become 60: every nth frame
    if rate < 1:
        rate *= math.ceil(1 / rate)  # a GOP of two seconds needs a frame a second
    return rate.limit_denominator(1001)


def held_seconds(media: Media) -> float:
    """Return how long the last frame stays because the audio goes on, as in a song with one frame.
    It is 0 if the audio ends with the frames or soon after, or if its end is unknown."""
    if media.video is None or media.video.duration is None:
        return 0.0
    longer = media.audio_end - float(media.video.start) - media.video.duration
    return longer if longer > _HOLD_ABOVE else 0.0


def lead_frames(media: Media, rate: Fraction) -> int:
    """Return for how many steps of the grid the first frame is held because audio begins before it;
    0 if both begin together, or nearly."""
    if media.video is None or not media.audio:
        return 0
    before = media.video.start - min(stream.start for stream in media.audio)
    return math.ceil(before * rate) if before > _LEAD_ABOVE else 0


def origin_of(media: Media) -> Fraction:
    """Return the seconds on the source's own clock that become 0: the start of its first frame or
    of its first audio, whichever is earlier, or of its clip. Frames are whole steps of the grid
    after it."""
    grid = grid_of(media)
    if media.video is None or grid is None:
        begin = min(stream.start for stream in media.audio)
        return begin + (media.clip.start_on_samples if media.clip else 0)
    return media.video.start - grid.lead_frames / grid.rate


def length_of(media: Media) -> float:
    """Return how many seconds audio without frames lasts, or its clip."""
    clip = media.clip
    if clip is None:
        return media.duration
    end = clip.end_on_samples
    return (media.duration if end is None else float(end)) - float(clip.start_on_samples)


def skipped_seconds(media: Media) -> Fraction:
    """Return how many seconds of the source come before its clip."""
    grid = grid_of(media)
    if media.clip is None:
        return Fraction()
    return media.clip.first_frame(grid.rate) / grid.rate if grid else media.clip.start_on_samples
