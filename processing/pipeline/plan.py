"""Which tasks a run has: a pure function of what stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import lengths
from processing.steps.job import Found

# The work of one second of 1080p at 30 frames a second is 1; of a second of sound, a twentieth.
_UNIT_PIXELS_A_SECOND = 1920 * 1080 * 30
_SOUND_COST = 0.05
_LEAST_COST = 0.01
# Shares of a run in percent; the encodes have the rest.
_PROBE_WEIGHT, _POSTER_WEIGHT, _PUBLISH_WEIGHT = 2.0, 1.0, 2.0


@dataclass(frozen=True)
class TaskSpec:
    """A task to be created; ``after`` names (kind, number) of the same run.

    ``cost`` is the work it is; ``weight`` its share of the run's work in percent: a run's
    weights sum to 100.
    """

    kind: str
    queue: str
    weight: float
    number: int = 0
    essential: bool = True
    cost: float = 0.0
    after: tuple[tuple[str, int], ...] = ()
    input: Mapping[str, Any] = field(default_factory=dict)


def first() -> tuple[TaskSpec, ...]:
    """What a run begins with."""
    return (TaskSpec(kind="probe", queue="media", weight=_PROBE_WEIGHT),)


def following(kind: str, found: Found | None) -> tuple[TaskSpec, ...]:
    """What finishing a task of this kind adds to its run; a probe tells what it found.

    The first span is made alone, by all cores: what plays at once decides. The others follow
    side by side, on any number of workers.
    """
    if kind != "probe" or found is None:
        return ()
    first = ("encode", 0)
    encodes = _encodes(found)
    publish = TaskSpec(
        kind="publish",
        queue="media",
        weight=_PUBLISH_WEIGHT,
        after=tuple((spec.kind, spec.number) for spec in encodes),
    )
    specs = [*encodes, publish]
    if found.media.video is not None:
        specs.append(TaskSpec("poster", "media", _POSTER_WEIGHT, essential=False, after=(first,)))
    if found.downloads:
        after = (("publish", 0),)
        specs.append(TaskSpec("downloads", "media", 0, essential=False, after=after))
    return tuple(specs)


def _encodes(found: Found) -> list[TaskSpec]:
    seconds = [lengths.seconds_of(span, found.media) for span in found.spans]
    weight = 100 - _PROBE_WEIGHT - _PUBLISH_WEIGHT
    if found.media.video is not None:
        weight -= _POSTER_WEIGHT
    return [
        TaskSpec(
            kind="encode",
            queue="encode",
            weight=weight * length / sum(seconds),
            number=span.number,
            cost=encode_cost(found.media, length),
            after=(("encode", 0),) if span.number else (),
            input={"span": span.to_json()},
        )
        for span, length in zip(found.spans, seconds, strict=True)
    ]


def encode_cost(media: Media, seconds: float) -> float:
    """How much work it is to encode so many seconds, in seconds of 1080p at 30 frames a second."""
    cost = seconds * _SOUND_COST
    if media.video is not None:
        pixels = media.video.display_width * media.video.display_height
        cost += seconds * pixels * float(media.video.frame_rate) / _UNIT_PIXELS_A_SECOND
    return max(_LEAST_COST, cost)
