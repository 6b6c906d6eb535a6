"""The names of the stages of a video that is being processed, from the registry of steps."""

from processing.steps import STEPS

WAITING = "waiting"

KINDS = tuple(STEPS)
"""The kinds of step, in the order of a run."""

LABELS = {step.stage: step.label for step in STEPS.values()}
"""The label that people read for each stage of the API."""

INSPECTED = STEPS["probe"].share or 0.0
"""The percentage of a run that inspecting its file takes; after that the video is being made."""


def stage_of(kind: str | None) -> str:
    """Return the stage of a video with a running task of this kind, or waiting if there is none."""
    step = STEPS.get(kind or "")
    return step.stage if step else WAITING
