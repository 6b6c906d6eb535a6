"""Every picture of a ready video, held against its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from tests.pictures import comparing, extracted
from tests.pictures.extracted import Shown
from tests.pictures.reference import Colours, Reference
from videos.models import Video


def wrong(video: Video, reference: Reference, seconds: list[float]) -> Iterator[str]:
    """Yield a line for each picture that shows something else than the reference, or in another
    shape; `seconds` are the moments at which pictures by URL are asked for."""
    pictures = chain(
        extracted.stored(video), extracted.moving(video), extracted.by_url(video, seconds)
    )
    for shown in pictures:
        yield from _compared(shown, reference)
    yield from _preview(video, reference)


def _compared(shown: Shown, reference: Reference) -> Iterator[str]:
    width, height = shown.picture.size
    if not comparing.has_shape(width, height, reference.shape):
        yield f"{shown.name}: {width}x{height} for {reference.shape:.3f}"
    grid = comparing.grid_of(shown.picture, reference)
    yield from _unlike(shown.name, grid, reference, shown.second)


def _preview(video: Video, reference: Reference) -> Iterator[str]:
    """Compare the MP4, whose colours are what its own header says."""
    row, times = extracted.preview_of(video, "mp4")
    made = replace(reference, path=extracted.path_of(row))
    if not comparing.has_shape(made.stream["width"], made.stream["height"], reference.shape):
        yield f"{row.name}: {made.shape:.3f} for {reference.shape:.3f}"
    for at, second in times:
        [grid] = made.near(at, 0)
        yield from _unlike(f"{row.name} at {at}", grid, reference, second)


def _unlike(name: str, grid: Colours, reference: Reference, second: float) -> Iterator[str]:
    frames = reference.near(second)
    if not comparing.alike(grid, frames, (reference.mean, reference.worst)):
        mean, worst = comparing.nearest(grid, frames)
        yield f"{name}: {mean:.1f} on the mean, {worst:.0f} at worst"
