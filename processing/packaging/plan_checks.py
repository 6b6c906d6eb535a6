"""Compares the stored release with the plan of its run: nothing is missing and nothing too
short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from processing.ffmpeg.planning.plan import EncodePlan
from processing.packaging.checker import Violation
from processing.packaging.release import StoredRendition

# An encode in one piece may have a few frames less, because its times are not known in advance.
_WHOLE_SHARE = Fraction(2, 100)
_WHOLE_FRAMES = 2
_ROUNDING_FRAMES = 1
# Audio ends at a packet, and repackaged audio a packet or two before the frames.
_AUDIO_SECONDS = 0.1


def check_plan(renditions: Sequence[StoredRendition], plan: EncodePlan) -> Iterator[Violation]:
    """Check that every planned rung and track is there, with its frames or its seconds."""
    made = {rendition.name: rendition for rendition in renditions}
    planned = {rung.name for rung in plan.rungs} | {track.name for track in plan.tracks}
    for name in sorted(planned - made.keys()):
        yield Violation("not_made", f"{name} was planned and is not there.")
    for name in sorted(made.keys() - planned):
        yield Violation("not_planned", f"{name} is there and was not planned.")
    for rung in plan.rungs:
        if rung.name in made:
            yield from _check_frames(made[rung.name], plan)
    for track in plan.tracks:
        if track.name in made:
            yield from _check_audio(made[track.name], plan)


def _check_frames(rendition: StoredRendition, plan: EncodePlan) -> Iterator[Violation]:
    if plan.grid is None:
        return
    frames = round(rendition.seconds * plan.grid.rate)
    missing = plan.grid.frames - frames
    if missing > allowed_frames(plan, plan.grid.frames):
        yield Violation("too_short", f"{rendition.name} has {frames} of {plan.grid.frames} frames.")


def allowed_frames(plan: EncodePlan, frames: int) -> int:
    """Return how many of `frames` frames may be missing."""
    if plan.spans > 1:
        return _ROUNDING_FRAMES
    return max(_WHOLE_FRAMES, int(frames * _WHOLE_SHARE))


def _check_audio(rendition: StoredRendition, plan: EncodePlan) -> Iterator[Violation]:
    """Check that audio with frames is as long as they are. Audio alone is not checked: each track
    is as long as its decodable audio, which notices report; another track may be longer, and a file
    may promise more."""
    if plan.grid is None:
        return
    allowed = max(_AUDIO_SECONDS, float(_WHOLE_SHARE) * plan.seconds if plan.spans == 1 else 0.0)
    if plan.seconds - rendition.seconds > allowed:
        told = f"{rendition.seconds:.3f} of {plan.seconds:.3f} s"
        yield Violation("too_short", f"{rendition.name} has {told} of audio.")
