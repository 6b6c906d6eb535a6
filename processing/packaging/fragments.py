"""The facts about a fragment that packaging needs: a moof box and the mdat after it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from processing.mp4.box import Box
from processing.mp4.moof import TrackRun
from processing.mp4.trun import Sample


@dataclass(frozen=True)
class Fragment:
    """One moof and mdat: `offset` and `size` in bytes, `start` (tfdt) and `duration` in ticks.

    `composition_start` is the tick at which its earliest frame is shown; `evenly_shown` says
    whether the others follow without a gap or an overlap. `keyframe_size` has the bytes from
    `offset` on with the headers and the first sample, 0 for audio. `own_parameters` says whether
    the first sample has parameter sets that the init segment lacks. `units` are the ticks of the
    shortest and the longest sample except the last one; `last_unit` has those of the last.
    `least_offset` is the lowest composition offset.
    """

    offset: int
    size: int
    start: int
    duration: int
    samples: int
    starts_with_sync: bool
    composition_start: int
    keyframe_size: int = 0
    evenly_shown: bool = True
    own_parameters: bool = False
    units: tuple[int, int] | None = None
    last_unit: int = 0
    least_offset: int = 0


def describe(
    run: TrackRun, moof: Box, mdat: Box, *, is_video: bool, shown_from: int = 0
) -> Fragment:
    """Return the fragment of a run of frames or of audio; an edit list shows it from the tick
    `shown_from` on."""
    decode, shown = run.start, []
    for sample in run.samples:
        shown.append(decode + sample.composition - shown_from)
        decode += sample.duration
    keyframe = run.payload + run.samples[0].size - moof.offset
    return Fragment(
        offset=moof.offset,
        size=moof.size + mdat.size,
        start=run.start,
        duration=decode - run.start,
        samples=len(run.samples),
        starts_with_sync=run.samples[0].is_sync,
        composition_start=min(shown),
        keyframe_size=keyframe if is_video else 0,
        evenly_shown=not is_video or _is_even(shown, decode - run.start),
        units=_units(run.samples[:-1]),
        last_unit=run.samples[-1].duration,
        least_offset=min(sample.composition for sample in run.samples),
    )


def _units(samples: Sequence[Sample]) -> tuple[int, int] | None:
    lengths = [sample.duration for sample in samples]
    return (min(lengths), max(lengths)) if lengths else None


def _is_even(shown: list[int], duration: int) -> bool:
    """Whether each frame is shown for about as long as the others."""
    usual = duration / len(shown)
    gaps = [after - before for before, after in itertools.pairwise(sorted(shown))]
    return all(usual / 2 < gap < usual * 1.5 for gap in gaps)
