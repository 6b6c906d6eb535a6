"""Which tasks a run has: a pure function of what stands."""

from dataclasses import dataclass

from processing.ffmpeg.media import Media

# The work of one second of 1080p at 30 frames a second is 1; of a second of sound, a twentieth.
_UNIT_PIXELS_A_SECOND = 1920 * 1080 * 30
_SOUND_COST = 0.05
_LEAST_COST = 0.1


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


def first() -> tuple[TaskSpec, ...]:
    """What a run begins with."""
    return (TaskSpec(kind="probe", queue="media", weight=2),)


def following(kind: str, media: Media | None) -> tuple[TaskSpec, ...]:
    """What finishing a task of this kind adds to its run; a probe tells what it found."""
    if kind != "probe" or media is None:
        return ()
    encode = TaskSpec(kind="encode", queue="encode", weight=95, cost=encode_cost(media))
    publish = TaskSpec(kind="publish", queue="media", weight=2, after=(("encode", 0),))
    poster = TaskSpec(kind="poster", queue="media", weight=1, essential=False)
    return (encode, poster, publish) if media.video else (encode, publish)


def encode_cost(media: Media) -> float:
    """How much work an encode of all rungs is, in seconds of 1080p at 30 frames a second."""
    cost = media.duration * _SOUND_COST
    if media.video is not None:
        pixels = media.video.display_width * media.video.display_height
        cost += media.duration * pixels * float(media.video.frame_rate) / _UNIT_PIXELS_A_SECOND
    return max(_LEAST_COST, cost)
