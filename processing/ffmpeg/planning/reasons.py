"""The reasons for a plan, in plain sentences for the people who run the product."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol

from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning.grid import MAX_RATE, Grid


class Decided(Protocol):
    """The facts the reasons need about a plan."""

    @property
    def grid(self) -> Grid | None: ...  # noqa: D102
    @property
    def passthrough(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def spans(self) -> int: ...  # noqa: D102


def all_of(
    media: Media, plan: Decided, why_whole: str | None, *, whole: bool = False
) -> Iterator[str]:
    """Yield a sentence for each decision that could have been different."""
    if media.clip is not None:
        until = "the end" if media.clip.end is None else f"{media.clip.end:g} s"
        yield f"It is the part of the source from {media.clip.start:g} s to {until}."
    if media.video is not None and plan.grid is not None:
        yield _rate(media.video, plan.grid)
        if plan.grid.held_seconds:
            held = f"{plan.grid.held_seconds:.3g}"
            yield f"The last frame stays for {held} s, because the audio goes on."
    for name in plan.passthrough:
        yield f"{name} is copied without encoding, because the source already has that form."
    if whole:
        yield "It is made in one piece, because its parts did not fit together in the job before."
    elif why_whole is not None:
        yield f"It is made in one piece: {why_whole}."
    elif plan.spans > 1:
        yield f"It is made in {plan.spans} parts, which are encoded in parallel."
    else:
        yield "It is made in one piece, because it is short."


def _rate(video: VideoStream, grid: Grid) -> str:
    made = f"{frames_a_second(grid.rate)} frames a second"
    if video.varies:
        told = f"the source's rate varies, {frames_a_second(video.frame_rate)} on average"
    elif video.frame_rate == grid.rate:
        told = "the source's own rate"
    elif video.frame_rate > MAX_RATE:
        told = f"the source has {frames_a_second(video.frame_rate)}, and {MAX_RATE} is the maximum"
    else:
        told = f"the source has {frames_a_second(video.frame_rate)}"
    return f"It is made at {made}: {told}."


def frames_a_second(rate: Fraction) -> str:
    """Return a rate as people write it: 25, 29.97, 16.5."""
    return f"{float(rate):.5g}" if rate < 1000 else f"{float(rate):.0f}"
