"""Judge frames as pictures for a film, by small grey ones: what is there to see in each?

A frame is judged with the ones half a second before and after it, which tell whether it belongs to
a flash, a fade or a dissolve. All of it is measured on planes of some thousand grey pixels.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Grey values (0 to 255) from which a pixel counts as dark or bright: video black is 0, a dim room
# about 40.
_DARK, _BRIGHT = 28, 238
# Up to this share of dark or bright pixels a frame is not the worse for them.
_MANY = 0.45
_BINS = 32
# The Laplacian's mean in frames as sharp as any.
_SHARPEST = 24.0
# The distance between the darkest and the brightest twentieth in frames of full contrast.
_FULL_CONTRAST = 180.0
# Mean differences of frames: of less than this nothing moves, from the other on it is another view.
_SAME, _OTHER = 5.0, 22.0
# Every how manieth pixel two frames are compared at.
_EVERY = 3
# From this likeness on, a frame lies on the straight line from the one before to the one after.
# What moves in one view may come near it where little changes, and stays about a half elsewhere.
_BETWEEN, _BETWEEN_VIEWS = 0.85, 0.6
_FADE_COSTS, _FLASH_COSTS = 0.75, 0.85


@dataclass(frozen=True)
class Plane:
    """A grey frame: `width` by `height` values from 0 to 255, row by row."""

    values: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Judged:
    """What was measured of a frame. All values but `mean` (0 to 255) go from 0 to 1, and so does
    `score`: 0 if there is nothing to see."""

    score: float
    mean: float
    dark: float
    bright: float
    contrast: float
    entropy: float
    sharpness: float
    fade: bool = False
    flash: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether it is a frame of its own: in no fade, no flash, and neither black nor white."""
        return not (self.fade or self.flash) and max(self.dark, self.bright) < 0.9

    def facts(self) -> dict[str, object]:
        """Return the measures as data."""
        return {
            "score": round(self.score, 3),
            "mean": round(self.mean),
            "dark": round(self.dark, 3),
            "bright": round(self.bright, 3),
            "contrast": round(self.contrast, 3),
            "entropy": round(self.entropy, 3),
            "sharpness": round(self.sharpness, 3),
            "fade": self.fade,
            "flash": self.flash,
        }


def judge(frame: Plane, before: Plane | None = None, after: Plane | None = None) -> Judged:
    """Judge a frame, with those half a second before and after it where they are known."""
    counted = Counter(frame.values)
    total = len(frame.values)
    fade = flash = False
    if before is not None and after is not None:
        fade, flash = _is_between(frame, before, after), _is_flash(frame, before, after)
    dark = sum(many for value, many in counted.items() if value < _DARK) / total
    bright = sum(many for value, many in counted.items() if value > _BRIGHT) / total
    contrast = min(1.0, _spread(counted, total) / _FULL_CONTRAST)
    entropy, sharpness = _entropy(counted, total), _sharpness(frame)
    detail = 0.45 * sharpness + 0.35 * entropy + 0.2 * contrast
    lit = _lit(dark) * _lit(bright)
    steady = 1 - max(_FADE_COSTS * fade, _FLASH_COSTS * flash)
    return Judged(
        score=detail * lit * steady,
        mean=sum(value * many for value, many in counted.items()) / total,
        dark=dark,
        bright=bright,
        contrast=contrast,
        entropy=entropy,
        sharpness=sharpness,
        fade=fade,
        flash=flash,
    )


def _lit(share: float) -> float:
    """Return a factor from 1 down to 0.02 for a share of pixels without light, or without shade."""
    over = max(0.0, share - _MANY) / (1 - _MANY)
    return max(0.02, 1 - over)


def _spread(counted: Counter[int], total: int) -> int:
    """Return the distance between the values below and above which a twentieth of the pixels is."""
    seen, low, high = 0, None, 0
    for value in sorted(counted):
        seen += counted[value]
        if low is None and seen >= total * 0.05:
            low = value
        high = value
        if seen >= total * 0.95:
            break
    return high - (low or 0)


def _entropy(counted: Counter[int], total: int) -> float:
    """Return how evenly the pixels use the range, by Shannon's entropy of 32 bins."""
    bins: Counter[int] = Counter()
    for value, many in counted.items():
        bins[value * _BINS // 256] += many
    shares = [many / total for many in bins.values()]
    return -sum(share * math.log(share) for share in shares) / math.log(_BINS)


def _sharpness(frame: Plane) -> float:
    """Return the mean of the Laplacian's absolute value, as a share of a sharp frame's. Edges of
    single strokes count little: a strip of text is no detailed picture."""
    width, values = frame.width, frame.values
    found: Counter[int] = Counter()
    for start in range(width, width * (frame.height - 1), width):
        row = values[start : start + width]
        above, below = values[start - width : start], values[start + width : start + 2 * width]
        around = zip(row[1:-1], row, row[2:], above[1:-1], below[1:-1], strict=False)
        found.update(min(64, abs(4 * c - w - e - n - s)) for c, w, e, n, s in around)
    pixels = found.total()
    mean = sum(value * many for value, many in found.items()) / pixels if pixels else 0.0
    return min(1.0, math.log1p(mean) / math.log1p(_SHARPEST))


def _is_between(frame: Plane, before: Plane, after: Plane) -> bool:
    """Whether the frame is a mixture of its neighbours, as in fades and dissolves: then all its
    pixels are as far on the way from the one to the other."""
    whole = _differences(before, after)
    changed = _mean(whole)
    if changed < _SAME:
        return False
    part = _differences(before, frame)
    norms = sum(a * a for a in whole) * sum(b * b for b in part)
    product = sum(a * b for a, b in zip(whole, part, strict=True))
    if norms == 0 or product <= 0:
        return False
    on_the_way = product / sum(a * a for a in whole)
    like = _BETWEEN if changed < _OTHER else _BETWEEN_VIEWS
    return 0.1 < on_the_way < 0.9 and product * product / norms > like


def _is_flash(frame: Plane, before: Plane, after: Plane) -> bool:
    """Whether the frame differs from both neighbours, which are alike."""
    away = min(_mean(_differences(frame, before)), _mean(_differences(frame, after)))
    return away > _OTHER and _mean(_differences(before, after)) < away * 0.4


def _differences(one: Plane, other: Plane) -> list[int]:
    pairs = zip(one.values[::_EVERY], other.values[::_EVERY], strict=True)
    return [b - a for a, b in pairs]


def _mean(differences: Sequence[int]) -> float:
    return sum(map(abs, differences)) / max(1, len(differences))
