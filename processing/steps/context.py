"""The input and the outcome of a step."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.models import Run, Task
from videos import keys
from videos.models import Source


class SourceMissing(Exception):
    """Raised when the original file is missing from its storage."""


class PlanOutdated(MediaError):
    """Raised when a task was planned by a version too old for its input to be understood."""

    code = "plan_outdated"
    message = "The plan of this video was made by an older version, so it is planned again."


class NotYet(Exception):
    """Raised when a task can only go on after ``what`` (at most 64 characters), which is looked for
    again in ``seconds``. The attempt does not count."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(what)
        self.what = what
        self.seconds = seconds


class TaskTimedOut(MediaError):
    """Raised when a task exceeded its time limit."""

    code = "task_timed_out"
    message = "Processing this video took too long and was stopped."


def _nothing_awaited(what: str) -> None:
    return None


def _call_once(call: Callable[[], None]) -> None:
    call()


@dataclass(frozen=True)
class TaskContext:
    """A claimed task with all that its step needs; ``stored`` is its source once that is there.

    ``folder`` is empty, belongs to this attempt alone, and is deleted afterwards. ``ffmpeg`` runs
    FFmpeg on the media in it. ``report(share, speed)`` reports the share done (0 to 1) and the
    speed in seconds of media per second. ``should_stop()`` returns the reason when the work must
    be abandoned. ``waits_for(what)`` reports what the step waits for, empty for nothing; waiting
    does not count towards its time limit. Context managers entered into ``held`` are closed when
    the attempt is over. ``insist(call)`` repeats a call that writes rows until the database
    answers, so that finished work is not lost to a short outage. The call must be safe to repeat.
    """

    task: Task
    run: Run
    stored: Source | None
    folder: Path
    ffmpeg: FFmpeg
    report: Callable[[float, float | None], None]
    should_stop: Callable[[], str | None]
    waits_for: Callable[[str], None] = _nothing_awaited
    held: ExitStack = field(default_factory=ExitStack)
    insist: Callable[[Callable[[], None]], None] = _call_once

    @property
    def source(self) -> Source:
        """The stored original. Raises ``SourceMissing`` in a run that has none yet."""
        if self.stored is None:
            raise SourceMissing
        return self.stored

    @property
    def output_prefix(self) -> str:
        """The prefix under which this attempt may write in the outputs storage."""
        return output_prefix_of(self.task)


def output_prefix_of(task: Task) -> str:
    """Return the prefix under which only this attempt at a task writes in the outputs storage."""
    return keys.attempt_prefix(task.run_id, task.token)


def _nothing() -> None:
    return None


class Settled(Enum):
    """What ``record`` returns if the video needs nothing more of its run."""

    SETTLED = "settled"


@dataclass(frozen=True)
class Outcome:
    """The outcome of a finished step.

    ``record`` writes the step's rows. It runs inside the finishing transaction, after the token
    was found current, so that the rows and the task's state change together. ``result`` is passed
    to every step in the registry, to plan the tasks that follow from it, unless ``record`` returns
    ``SETTLED``. ``counted`` is stored with
    the task for a later step to sum. With ``announce`` listeners hear at once that more of the
    video is playable. ``gigapixels`` is the work that follows, charged to the owner's budget.
    """

    record: Callable[[], object] = field(default=_nothing)
    result: object = None
    announce: bool = False
    argv: Sequence[str] = ()
    log: str = ""
    counted: Mapping[str, Any] | None = None
    gigapixels: float = 0.0
