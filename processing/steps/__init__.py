"""The registry of steps: each kind of task has a module, and one line here."""

from processing.steps import downloads, encode, fetch, probe, publish, sound, subtitles, transcript
from processing.steps.pictures import PICTURES
from processing.steps.step import Step

STEPS: dict[str, Step] = {
    step.kind: step
    for step in (
        fetch.STEP,
        probe.STEP,
        encode.STEP,
        publish.STEP,
        downloads.STEP,
        *PICTURES.values(),
        sound.STEP,
        subtitles.STEP,
        transcript.STEP,
    )
}
"""All steps by their kinds, in the order of a run."""
