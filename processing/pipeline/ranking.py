"""In which order ready tasks are claimed: by rank, the earliest first.

A rank is a moment. A task ranks when it became ready, but each further waiting task of the
same owner ranks a turn later than the one before, so that five hundred uploads of one person
do not starve another's one. A point of priority is worth ten minutes. Ranks are given once:
whoever waits is overtaken only by what comes within its priority's advantage (ageing).

What begins a video goes before what continues others, since with it the video plays: before all
of its own owner's, and hours before those of others, so that these still have their turn. That
holds for the few that an owner begins at a time. Further ones lose the advantage one by one and
have their turns like everything else, so that nobody's many new videos keep the others' half made.

Whoever asked for more than a day's budget (`budget.py`) ranks as if it had come half a day later.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

TURN = timedelta(seconds=60)
PRIORITY_POINT = timedelta(minutes=10)
_BEGINNING = timedelta(hours=6)
# Each further one that waits has a fourth of the advantage: of the fifth seconds are left.
_ADVANTAGE_SHRINKS = 4
_BEGUN_AT_A_TIME = 4
# Of what begins a video, in seconds of 1080p at 30 frames a second: a whole film does not.
QUICK_COST = 20.0
_BEFORE = timedelta(milliseconds=1)
BEHIND = timedelta(hours=12)
"""How far those rank behind others who asked for more than their budget: behind what is new, even
with the advantage of beginning a video, and not for ever."""


def ranks(
    now: datetime, priorities: Sequence[int], *, last_turn: datetime | None
) -> list[datetime]:
    """The ranks of an owner's newly ready tasks, in order.

    ``last_turn`` is the rank, without its priority's advantage, of the last task of the owner
    that is still waiting, or None.
    """
    turn = now if last_turn is None else max(now, last_turn + TURN)
    return [
        turn + number * TURN - priority * PRIORITY_POINT
        for number, priority in enumerate(priorities)
    ]


def beginning_ranks(
    now: datetime,
    priorities: Sequence[int],
    *,
    waiting: int,
    last: datetime | None,
    first_continuing: datetime | None,
) -> list[datetime]:
    """The ranks of an owner's newly ready tasks that begin videos, in order.

    ``waiting`` of them wait already; ``last`` is the latest rank of those of the same priority,
    which none of these overtakes. ``first_continuing`` is the earliest rank of the owner's tasks
    that continue videos. None: there is none.
    """
    found: list[datetime] = []
    for place, priority in enumerate(priorities, waiting):
        rank = now + place * TURN - priority * PRIORITY_POINT
        if place < _BEGUN_AT_A_TIME:
            rank -= _BEGINNING / _ADVANTAGE_SHRINKS**place
            if first_continuing is not None:
                rank = min(rank, first_continuing - _BEFORE * (_BEGUN_AT_A_TIME - place))
        last = rank if last is None else max(rank, last + _BEFORE)
        found.append(last)
    return found


def turn_of(rank: datetime, priority: int) -> datetime:
    """A rank without its priority's advantage."""
    return rank + priority * PRIORITY_POINT
