"""Plan a run's tasks: pure functions of the registry of steps and the results of steps."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from processing.steps import STEPS
from processing.steps.probed import Probed
from processing.steps.step import TaskSpec


def first(*, stored: bool = True) -> tuple[TaskSpec, ...]:
    """Return the task that a run begins with: the first in the registry that needs no source, or,
    if that is ``stored``, the first that does."""
    step = next(step for step in STEPS.values() if step.needs_source is stored)
    return (TaskSpec(step.kind, weight=step.share or 0.0),)


def following(result: object) -> tuple[TaskSpec, ...]:
    """Return the tasks, of every kind, that follow from the ``result`` of a finished step.

    Weights are percentages of the run's work. With the weight of the probe they sum to 100; a
    fetch has none, as an upload has none.
    """
    planned = [(kind, step.follow(result)) for kind, step in STEPS.items()]
    present = {kind for kind, specs in planned if specs} | {spec.kind for spec in first()}
    rest = 100.0 - sum(STEPS[kind].share or 0.0 for kind in present)
    return tuple(
        replace(spec, weight=weight)
        for kind, specs in planned
        for spec, weight in zip(specs, _weights(specs, STEPS[kind].share, rest), strict=True)
    )


def again(probed: Probed, kinds: Collection[str]) -> tuple[TaskSpec, ...]:
    """Return the tasks that make the pictures of these kinds of a release that is complete, where
    there is something to show. They wait for nothing."""
    return tuple(
        replace(spec, weight=STEPS[kind].share or 0.0, after=())
        for kind in STEPS
        if kind in kinds
        for spec in STEPS[kind].follow(probed)
    )


def _weights(specs: Sequence[TaskSpec], share: float | None, rest: float) -> list[float]:
    whole = sum(spec.weight for spec in specs)
    return [(rest if share is None else share) * spec.weight / whole for spec in specs]
