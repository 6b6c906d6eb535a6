"""In which order ready tasks are claimed: by rank, the earliest first.

A rank is a moment. A task ranks when it became ready, but each further waiting task of the
same owner ranks a turn later than the one before, so that five hundred uploads of one person
do not starve another's one. A point of priority is worth ten minutes. Ranks are given once:
whoever waits is overtaken only by what comes within its priority's advantage (ageing).

What begins a video goes before what continues others, since with it the video plays: before all
of its own owner's, and hours before those of others, so that these still have their turn. Among
themselves such tasks keep their turns.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

TURN = timedelta(seconds=60)
PRIORITY_POINT = timedelta(minutes=10)
_BEGINNING = timedelta(hours=6)
# Of what begins a video, in seconds of 1080p at 30 frames a second: a whole film does not.
QUICK_COST = 20.0
_BEFORE = timedelta(milliseconds=1)


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
    last_turn: datetime | None,
    first_continuing: datetime | None,
) -> list[datetime]:
    """The ranks of an owner's newly ready tasks that begin videos, in order.

    ``last_turn`` is that of the owner's last waiting task that begins one, ``first_continuing``
    the earliest rank of those that continue others; None: there is none.
    """
    last = None if last_turn is None else last_turn + _BEGINNING
    usual = [rank - _BEGINNING for rank in ranks(now, priorities, last_turn=last)]
    if first_continuing is None:
        return usual
    latest = first_continuing - _BEFORE * len(usual)
    return [min(rank, latest + _BEFORE * place) for place, rank in enumerate(usual)]


def turn_of(rank: datetime, priority: int) -> datetime:
    """A rank without its priority's advantage."""
    return rank + priority * PRIORITY_POINT
