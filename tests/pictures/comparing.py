"""How far a picture is from the frame that it should show."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageStat

from tests.pictures.reference import MEAN, WORST, Colours, Reference

_BOX = Image.Resampling.BOX

# Sides are rounded to even pixels, in the rung and then in the picture.
_ROUNDED = 2.5


def grid_of(picture: Image.Image, like: Reference) -> Colours:
    """Return the mean colours of a picture's cells, row by row, as the reference has them."""
    image = picture.convert("RGB")
    wide, high = image.width / like.across, image.height / like.down
    left, right = like.edge, 1 - like.edge
    return [
        tuple(ImageStat.Stat(image.resize((8, 8), _BOX, box)).mean)
        for row in range(like.down)
        for column in range(like.across)
        for box in [
            (wide * (column + left), high * (row + left),
             wide * (column + right), high * (row + right))
        ]
    ]  # fmt: skip


def distance(one: Colours, other: Colours) -> tuple[float, float]:
    """Return the mean and the worst difference of two grids' channels."""
    each = [abs(a - b) for c, d in zip(one, other, strict=True) for a, b in zip(c, d, strict=True)]
    return sum(each) / len(each), max(each)


def nearest(grid: Colours, frames: Sequence[Colours]) -> tuple[float, float]:
    """Return the difference from the frame that is most like it."""
    return min(distance(grid, frame) for frame in frames)


def alike(
    grid: Colours, frames: Sequence[Colours], limits: tuple[float, float] = (MEAN, WORST)
) -> bool:
    """Whether a picture shows one of these frames, within limits for the mean and the worst
    cell."""
    mean, worst = nearest(grid, frames)
    return mean <= limits[0] and worst <= limits[1]


def has_shape(width: int, height: int, shape: float) -> bool:
    """Whether a picture of that size in pixels is `shape` times as wide as high, but for
    rounding."""
    return min(abs(width - height * shape), abs(height - width / shape)) <= _ROUNDED
