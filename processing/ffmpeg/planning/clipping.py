"""Fit the clip that was asked for to what the source really has."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from processing.ffmpeg.clip import Clip
from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.media import Media
from processing.ffmpeg.output_format import AUDIO_RATE, PACKET
from processing.ffmpeg.planning.grid import grid_of

_PACKET_SECONDS = PACKET / AUDIO_RATE


class ClipOutside(MediaError):
    """Raised when a clip begins at or after the end of its source."""

    code = "clip_outside"
    message = "The clip begins after the end of the file."


class ClipTooShort(MediaError):
    """Raised when a clip has no frame, or no packet of audio."""

    code = "clip_too_short"
    message = "The clip is shorter than a frame."


def seconds_of(media: Media) -> float:
    """Return how long the video of a whole source lasts."""
    grid = grid_of(replace(media, clip=None))
    return grid.seconds if grid else media.duration


def clipped(media: Media, clip: Clip | None) -> Media:
    """Return a source of which only the clip is used. A clip that ends with the source, or would
    end later, has no end.

    Raises `ClipOutside` or `ClipTooShort`.
    """
    if clip is None:
        return media
    grid = grid_of(replace(media, clip=None))
    if grid is None:
        first, least, total = Fraction(clip.start), _PACKET_SECONDS, media.duration
        end = None if clip.end is None else Fraction(clip.end)
    else:
        first, least, total = Fraction(clip.first_frame(grid.rate)), 1, grid.frames
        end = None if clip.end is None else Fraction(clip.end_frame(grid.rate) or 0)
    if first >= total:
        told = f"The clip begins at {clip.start:g} s, and the file ends at {seconds_of(media):g} s."
        raise ClipOutside(told)
    if end is not None and end - first < least:
        raise ClipTooShort
    ends_with_it = end is None or end >= total
    fitting = Clip(clip.start, None if ends_with_it else clip.end)
    return replace(media, clip=None if fitting == Clip() else fitting)
