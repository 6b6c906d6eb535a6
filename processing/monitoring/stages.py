"""What a video at work is called, as the registry of steps has it."""

from processing.steps import STEPS

WAITING = "waiting"

LABELS = {step.stage: step.label for step in STEPS.values()}
"""What people read for each stage of the API."""


def stage_of(kind: str | None) -> str:
    """The stage of a video whose task of this kind runs; without one it waits."""
    step = STEPS.get(kind or "")
    return step.stage if step else WAITING
