"""The registry of steps: each kind of task has a module, and one line here."""

from processing.steps import downloads, encode, poster, probe, publish
from processing.steps.step import Step

STEPS: dict[str, Step] = {
    step.kind: step
    for step in (
        probe.STEP,
        encode.STEP,
        poster.STEP,
        publish.STEP,
        downloads.STEP,
    )
}
"""By kind, in the order of a run; its first is what a run begins with."""
