"""The names of the stages of a video that is being processed, from the registry of steps."""

from processing.steps import STEPS

WAITING = "waiting"

KINDS = tuple(STEPS)
"""What kinds of step there are, in the order of a run."""

LABELS = {step.stage: step.label for step in STEPS.values()}
"""What people read for each stage of the API."""

INSPECTED = STEPS["probe"].share or 0.0
"""Percent of a run that looking at its file is: behind it the video is being made."""


def stage_of(kind: str | None) -> str:
    """Return the stage of a video with a running task of this kind, or waiting if there is none."""
    step = STEPS.get(kind or "")
    return step.stage if step else WAITING
