"""Look at frames all over a film, and say of each how good a picture of it would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import judging
from processing.ffmpeg.encoding import moments
from processing.steps import chunk_files, tools
from processing.steps.context import TaskContext
from videos import frames
from videos.frames import Place
from videos.models import Rendition

MOST = 14
SIDE = 320
"""The longest side of a candidate, in pixels."""
_AT_ONCE = 7
# The first frames of the second round lie between those of the first one.
_ROUNDS = (Fraction(1, 2), Fraction(1, 5))
_GOOD = 0.25


@dataclass(frozen=True)
class Candidate:
    """A frame that was looked at: the second of the video that it is shown at, and its JPEG."""

    seconds: float
    path: Path
    judged: judging.Judged


def candidates(context: TaskContext, rendition: Rendition) -> list[Candidate]:
    """Return frames all over the film in its order, at most `MOST`: the best of twice as many where
    none of the first ones is any good."""
    found: list[Candidate] = []
    for shift in _ROUNDS:
        found += _looked(context, rendition, places(rendition, shift, but=found))
        if any(one.judged.is_clear and one.judged.score >= _GOOD for one in found):
            break
    found.sort(key=lambda one: -one.judged.score)
    return sorted(found[:MOST], key=lambda one: one.seconds)


def best(found: Sequence[Candidate]) -> Candidate | None:
    """Return the best one; the earlier of two equal ones."""
    return max(found, key=lambda one: one.judged.score, default=None)


def places(
    rendition: Rendition, shift: Fraction = _ROUNDS[0], *, but: Sequence[Candidate] = ()
) -> list[Place]:
    """Return places spread evenly over the film, with room for their neighbours where the film has
    it; never the same twice, nor any of those that were looked at."""
    chunks = list(rendition.chunks.all())
    seconds = frames.seconds_of(rendition, chunks)
    there = int(seconds * frames.rate_of(rendition))
    many = max(1, min(MOST, there, max(4, int(seconds))))
    found = {round(one.seconds, 3): None for one in but}
    fresh = []
    for number in range(many):
        place = frames.at(rendition, chunks, (number + shift) * seconds / many, roomy=True)
        if (key := round(place.seconds, 3)) not in found:
            found[key] = None
            fresh.append(place)
    return fresh


def size_of(rendition: Rendition, side: int) -> tuple[int, int]:
    """Return the size of its frames, made to fit into a square of `side` pixels, never larger."""
    width, height = rendition.width or 2, rendition.height or 2
    factor = min(1.0, side / max(width, height))
    return max(2, 2 * round(width * factor / 2)), max(2, 2 * round(height * factor / 2))


def _looked(context: TaskContext, rendition: Rendition, wanted: Sequence[Place]) -> list[Candidate]:
    found = []
    for first in range(0, len(wanted), _AT_ONCE):
        found += _looked_at_once(context, rendition, wanted[first : first + _AT_ONCE])
    return found


def _looked_at_once(
    context: TaskContext, rendition: Rendition, wanted: Sequence[Place]
) -> list[Candidate]:
    chunks = list({place.chunk.pk: place.chunk for place in wanted}.values())
    files = chunk_files.local(context, rendition, chunks)
    of_chunk = {chunk.pk: file for chunk, file in zip(chunks, files, strict=True)}
    size = size_of(rendition, SIDE)
    looks = [
        moments.Moment(
            f"look-{place.chunk.number}-{place.number}",
            of_chunk[place.chunk.pk],
            place.number,
            place.rate,
        )
        for place in wanted
    ]
    argv = moments.command(context.ffmpeg.program, looks, context.folder, size=size)
    tools.let_go_of_database()
    context.ffmpeg.run(
        argv,
        limits=tools.limits(len(looks)),
        reads=files,
        writes=context.folder,
        should_stop=context.should_stop,
    )
    chunk_files.let_go(context, files)
    pairs = zip(wanted, looks, strict=True)
    return [found for place, look in pairs if (found := _judged(context, place, look, size))]


def _judged(
    context: TaskContext, place: Place, look: moments.Moment, size: tuple[int, int]
) -> Candidate | None:
    """Return the candidate of a look; None if the film ends before it."""
    path = context.folder / f"{look.name}.jpg"
    grey = path.with_suffix(".gray")
    planes = moments.planes(grey, moments.grey_size(*size))
    grey.unlink(missing_ok=True)
    middle = min(1, look.around)
    if len(planes) <= middle or not path.exists():
        return None
    before = planes[0] if middle else None
    after = planes[2] if len(planes) > 2 else None
    return Candidate(place.seconds, path, judging.judge(planes[middle], before, after))
