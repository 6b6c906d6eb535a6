"""The order in which ready tasks are claimed: by rank, the earliest first.

A rank is a point in time. A task's rank is the time it became ready, but each further waiting task
of the same owner ranks one turn later than the one before. So five hundred uploads of one owner do
not starve another's single one. A point of priority is worth ten minutes. A rank is given once: a
waiting task is overtaken only by tasks that come within their priority's advantage (ageing).

A task that begins a video goes before tasks that continue others, since it makes the video
playable. It goes before all continuing tasks of its owner, and hours before those of other
owners, so that these still get their turn. That holds for the few videos that an owner begins at a
time. Further ones get less advantage one by one and then take turns like all other tasks, so that
nobody's many new videos keep the others half made.

Tasks over an owner's daily budget (`budget.py`) rank as if they had come half a day later.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

TURN = timedelta(seconds=60)
PRIORITY_POINT = timedelta(minutes=10)
_BEGINNING = timedelta(hours=6)
# Each further waiting task has a quarter of the advantage of the one before; the fifth has none.
_ADVANTAGE_SHRINKS = 4
_BEGUN_AT_A_TIME = 4
# The highest cost of a task that begins a video, in seconds of 1080p at 30 frames a second. A film
# that is made in one piece costs more.
QUICK_COST = 20.0
_BEFORE = timedelta(milliseconds=1)
BEHIND = timedelta(hours=12)
"""How far the tasks of an owner who asked for more than their budget rank behind others: behind new
tasks, even with the advantage of beginning a video, but not for ever."""


def ranks(
    now: datetime, priorities: Sequence[int], *, last_turn: datetime | None
) -> list[datetime]:
    """Return the ranks of an owner's newly ready tasks, in order.

    ``last_turn`` is the rank, without its priority's advantage, of the owner's last waiting task,
    or None.
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
    """Return the ranks of an owner's newly ready tasks that begin videos, in order.

    ``waiting`` is the number of such tasks that already wait. ``last`` is the latest rank of those
    with the same priority; no new task overtakes it. ``first_continuing`` is the earliest rank of
    the owner's tasks that continue videos. Both are None if there is no such task.
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
    """Return a rank without its priority's advantage."""
    return rank + priority * PRIORITY_POINT
