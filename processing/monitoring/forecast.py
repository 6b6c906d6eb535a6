"""Estimate how long a job still takes: pure arithmetic on measured paces.

Work is counted in cost (about seconds of 1080p at 30 frames/s). A pace is the seconds that one
worker needs for a unit of cost. There is no estimate before a pace was measured, for this job or
for this installation.
"""

from __future__ import annotations

from dataclasses import dataclass

_TELLING_SHARE = 0.02
"""The least share of a job that says something about the rest."""
_LEAST = 1e-6
"""The least cost that counts: shares of a smaller one cannot be calculated."""
_PRIOR_SHARE = 0.25
"""The weight of the installation's pace: it counts as if this share of the job had been done at
that pace. The first part of a video is made with other videos' inspection beside it, so its pace
says little about the rest (`make bench NAME=eta`)."""


@dataclass(frozen=True)
class Pace:
    """The pace of an installation.

    ``seconds_per_cost`` is the time for a unit of cost, ``closing_seconds`` the time from the last
    encode until a video is ready. Each is None until measured. ``workers`` is how many there are.
    """

    seconds_per_cost: float | None
    closing_seconds: float | None
    workers: int


@dataclass(frozen=True)
class Work:
    """The work of a job, in cost, except for ``waiting`` and ``done_seconds``.

    ``left`` is the work left in its open tasks, ``longest`` that in the largest of them, and
    ``waiting`` the number of them that are not running. ``ahead`` is the work of other jobs' tasks
    that rank before this job's last waiting task, ``beside`` the work left in other jobs' running
    tasks. The workers needed ``done_seconds`` for ``done``.
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
    """Return the seconds until the job is ready, at least 1, or None when that is not known."""
    if work.whole < _LEAST:
        return None  # the file was not inspected yet
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
    """Return the installation's pace mixed with the job's own, which counts more as work is done.

    Without an installation's pace, return the job's own, or None until it is significant.
    """
    if installation is None:
        telling = work.done_seconds > 0 and work.done >= _TELLING_SHARE * work.whole
        return work.done_seconds / work.done if telling else None
    prior = _PRIOR_SHARE * work.whole
    return (work.done_seconds + prior * installation) / (work.done + prior)
