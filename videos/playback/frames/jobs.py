"""From what is wanted to what is made: the same job for every spelling of the same picture."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

from videos.playback.frames import geometry, making, parameters, refusals, rows
from videos.playback.frames.rows import Rung, Shown

# A release's duration is told in thousandths, and a frame is shown until the very end.
_END_SECONDS = Fraction(1, 100)
# So much of a video must be left for moving pictures of its end.
_LEAST_REST = parameters.LEAST_SECONDS / 2
# Raised when what is made of a picture changes, so that none of before is shown.
_VERSION = 1


@dataclass(frozen=True)
class Job:
    """A picture that is wanted: what tells it from all others, and whether the same
    address will always show the same one. ``plan`` reads the rows, and returns what writes the
    picture into a file of a folder."""

    key: tuple[object, ...]
    suffix: str
    plan: Callable[[], Callable[[Path, Path], None]]
    stays: bool

    @property
    def name(self) -> str:
        """The name of its file in the cache."""
        told = hashlib.sha256(repr((_VERSION, *self.key)).encode())
        return f"{told.hexdigest()[:40]}{self.suffix}"


def still(shown: Shown, wanted: parameters.Still, suffix: str) -> Job:
    """Return the job of a frame. Raises ``PictureRefused``."""
    moment = Fraction(shown.seconds) / 2 if wanted.time is None else wanted.time
    _check(shown, "time", moment)
    fitted = geometry.fitted(wanted, shown.size)
    rung = shown.rung_for(fitted.whole)
    tick = round(moment * rung.timescale)

    def plan() -> Callable[[Path, Path], None]:
        taken = _frame(rung, tick)
        small = None
        if fitted.seeks_detail:
            least = shown.rungs[0]
            small = _frame(least, round(moment * least.timescale))
        return partial(making.still, taken, small, fitted)

    stays = shown.is_complete or wanted.time is not None
    return Job((rung.pk, tick, fitted), suffix, plan, stays)


def _frame(rung: Rung, tick: int) -> making.Frame:
    found = rows.pieces(rung, tick, tick)
    if not found:
        raise refusals.no_frames()
    return making.Frame(found, tick, rung.size)


def moving(shown: Shown, wanted: parameters.Moving, suffix: str) -> Job:
    """Return the job of some seconds; from the begin, of a video of any length. Raises
    ``PictureRefused``."""
    end = min(wanted.end, Fraction(shown.seconds))
    if wanted.start > 0 and end - wanted.start < _LEAST_REST:
        raise refusals.near_the_end("start", shown.seconds)
    fitted = geometry.fitted_moving(wanted, shown.size)
    rung = shown.rung_for(fitted.whole)
    rate = min(Fraction(wanted.rate), rung.rate or Fraction(wanted.rate))
    first, last = round(wanted.start * rung.timescale), round(end * rung.timescale)

    def plan() -> Callable[[Path, Path], None]:
        found = rows.pieces(rung, first, last)
        if not found:
            raise refusals.no_frames()
        scene = making.Scene(found, wanted.start, end - wanted.start, rate, rung.timescale)
        return partial(making.moving, scene, fitted)

    stays = shown.is_complete or end == wanted.end
    return Job((rung.pk, first, last, rate, fitted), suffix, plan, stays)


def _check(shown: Shown, name: str, moment: Fraction) -> None:
    if moment > Fraction(shown.seconds) + _END_SECONDS:
        raise refusals.past_the_end(name, shown.seconds)
