"""What a video at work is called, as the registry of steps has it."""

from processing.steps import STEPS

WAITING = "waiting"

KINDS = tuple(STEPS)
"""What kinds of step there are, in the order of a run."""

LABELS = {step.stage: step.label for step in STEPS.values()}
"""What people read for each stage of the API."""

INSPECTED = STEPS["probe"].share or 0.0
"""Percent of a run that looking at its file is: behind it the video is being made."""


def stage_of(kind: str | None) -> str:
    """The stage of a video whose task of this kind runs; without one it waits."""
    step = STEPS.get(kind or "")
    return step.stage if step else WAITING
