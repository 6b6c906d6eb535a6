"""How long a job still takes: pure arithmetic on measured paces.

Work is counted in cost (seconds of 1080p at 30 frames/s, about); a pace is seconds of one worker
for a unit of it. Nothing is said before a pace was measured, of this job or of this installation.
"""

from __future__ import annotations

from dataclasses import dataclass

_TELLING_SHARE = 0.02
"""A smaller share of a job says nothing of its rest."""
_LEAST = 1e-6
"""Less cost is none: shares of it cannot be reckoned with."""
_PRIOR_SHARE = 0.05
"""The installation's pace counts as much as this share of the job, done at that pace."""


@dataclass(frozen=True)
class Pace:
    """Of an installation: seconds for a unit of cost, and seconds from the last encode to ready
    (None before either was measured); and how many workers there are."""

    seconds_per_cost: float | None
    closing_seconds: float | None
    workers: int


@dataclass(frozen=True)
class Work:
    """What a job has to do. All but seconds and ``waiting`` in cost.

    ``left`` is of its tasks that are open, ``longest`` of the one of them with most; ``waiting``
    how many wait for a worker. ``ahead`` is of others' tasks that go before the last of those,
    ``beside`` of others' that workers are at. ``done`` was done in ``done_seconds`` of workers.
    """

    whole: float
    left: float
    longest: float
    waiting: int
    ahead: float
    beside: float
    done: float
    done_seconds: float


def seconds_left(work: Work, pace: Pace, *, at_work: bool) -> int | None:
    """Seconds until the job is ready, at least 1; None when that is not known."""
    if work.whole < _LEAST:
        return None  # nobody has looked at the file yet
    closing = pace.closing_seconds
    if work.left <= 0:
        return None if closing is None else max(1, round(closing))
    own = _pace_of(work, pace.seconds_per_cost)
    workers = max(pace.workers, 1 if at_work else 0)
    if own is None or workers == 0:
        return None
    encoding = own * work.longest
    if work.waiting:
        others = (pace.seconds_per_cost or own) * (work.ahead + work.beside)
        encoding = max(encoding, (others + own * work.left) / workers)
    return max(1, round(encoding + (closing or 0.0)))


def _pace_of(work: Work, installation: float | None) -> float | None:
    """The job's own pace, the more the more of it is done."""
    if installation is None:
        telling = work.done_seconds > 0 and work.done >= _TELLING_SHARE * work.whole
        return work.done_seconds / work.done if telling else None
    prior = _PRIOR_SHARE * work.whole
    return (work.done_seconds + prior * installation) / (work.done + prior)
