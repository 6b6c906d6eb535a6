"""Which tasks a run has: a pure function of what stands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TaskSpec:
    """A task to be created; ``after`` names (kind, number) of the same run.

    ``weight`` is its share of the run's work in percent: a run's weights sum to 100.
    """

    kind: str
    queue: str
    weight: float
    number: int = 0
    essential: bool = True
    after: tuple[tuple[str, int], ...] = ()


def first() -> tuple[TaskSpec, ...]:
    """What a run begins with."""
    return (TaskSpec(kind="probe", queue="media", weight=2),)


def following(kind: str, *, has_pictures: bool) -> tuple[TaskSpec, ...]:
    """What finishing a task of this kind adds to its run."""
    if kind != "probe":
        return ()
    encode = TaskSpec(kind="encode", queue="encode", weight=95)
    publish = TaskSpec(kind="publish", queue="media", weight=2, after=(("encode", 0),))
    poster = TaskSpec(kind="poster", queue="media", weight=1, essential=False)
    return (encode, poster, publish) if has_pictures else (encode, publish)
