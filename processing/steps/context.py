"""What a step is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.models import Run, Task
from videos import keys
from videos.models import Source


class SourceMissing(Exception):
    """Raised when the original is gone from its storage."""


class PlanOutdated(MediaError):
    """Raised when a task was planned by a version so old that its input is not understood."""

    code = "plan_outdated"
    message = "The plan of this video was made by an older version, so it is planned again."


class TaskTimedOut(MediaError):
    """Raised when a task took longer than any task of its length may."""

    code = "task_timed_out"
    message = "Processing this video took too long and was stopped."


def _nothing_awaited(what: str) -> None:
    return None


def _call_once(call: Callable[[], None]) -> None:
    call()


@dataclass(frozen=True)
class TaskContext:
    """A claimed task with what its step needs.

    ``folder`` is empty, this attempt's own, and deleted afterwards; ``ffmpeg`` is what runs over
    media in it. ``report(share, speed)``
    tells how much is done (0 to 1) and at how many seconds of media in a second.
    ``should_stop()`` gives the reason when the work is to be dropped. ``waits_for(what)`` tells
    what the step waits for, which is not counted as its time; empty: nothing any more. What is
    entered into ``held`` is given back when the attempt is over. ``insist(call)`` repeats a call
    that writes rows, and may be repeated, until the database answers: what is made is not made
    again because the database was away for a moment.
    """

    task: Task
    run: Run
    source: Source
    folder: Path
    ffmpeg: FFmpeg
    report: Callable[[float, float | None], None]
    should_stop: Callable[[], str | None]
    waits_for: Callable[[str], None] = _nothing_awaited
    held: ExitStack = field(default_factory=ExitStack)
    insist: Callable[[Callable[[], None]], None] = _call_once

    @property
    def output_prefix(self) -> str:
        """Where this attempt may write in the outputs storage."""
        return output_prefix_of(self.task)


def output_prefix_of(task: Task) -> str:
    """Where a claimed task may write in the outputs storage: nobody else ever does."""
    return keys.attempt_prefix(task.run_id, task.token)


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Outcome:
    """What a finished step leaves.

    ``record`` runs inside the finishing transaction, after the token was found current, so
    that what a step says and that it is done become true together. ``result`` is what the step
    found: every step of the registry is asked which tasks of its own follow from it; ``counted`` is
    kept with the task, for a later step to sum. With ``announce`` listeners hear at once that more
    of the video plays. ``gigapixels`` is the work that follows, for the owner's budget.
    """

    record: Callable[[], object] = field(default=_nothing)
    result: object = None
    announce: bool = False
    argv: Sequence[str] = ()
    log: str = ""
    counted: Mapping[str, Any] | None = None
    gigapixels: float = 0.0
