"""In which order ready tasks are claimed: by rank, the earliest first.

A rank is a moment. A task ranks when it became ready, but each further waiting task of the
same owner ranks a turn later than the one before, so that five hundred uploads of one person
do not starve another's one. A point of priority is worth ten minutes. Ranks are given once:
whoever waits is overtaken only by what comes within its priority's advantage (ageing).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

TURN = timedelta(seconds=60)
PRIORITY_POINT = timedelta(minutes=10)


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


def turn_of(rank: datetime, priority: int) -> datetime:
    """A rank without its priority's advantage."""
    return rank + priority * PRIORITY_POINT
