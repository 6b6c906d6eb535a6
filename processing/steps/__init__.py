"""One module for each kind of task; each takes a job and returns what to record."""

from collections.abc import Callable

from processing.steps import downloads, encode, poster, probe, publish
from processing.steps.job import Job, Outcome

STEPS: dict[str, Callable[[Job], Outcome]] = {
    "probe": probe.run,
    "encode": encode.run,
    "poster": poster.run,
    "publish": publish.run,
    "downloads": downloads.run,
}
