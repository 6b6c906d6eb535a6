"""Write events, give them positions, read them from a cursor.

An event is written in the transaction of the change it tells of. Positions are given
after commit, by one sequencer at a time: readers order by position, so nothing committed
late can slip in before a cursor already passed.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from videos.events import announce
from videos.models import Event, Video

_SEQUENCER_LOCK = 0x766F646C  # "vodl": one advisory lock for the whole installation
_BATCH = 1000
_FROZEN_AFTER_SECONDS = 5


def write(event_type: str, video: Video, **payload: Any) -> None:
    """Log a change of a video. Call it inside the transaction that makes the change."""
    Event.objects.create(
        type=event_type,
        owner_id=video.owner_id,
        video_id=video.pk,
        payload={
            "status": video.status,
            "playable": video.playable,
            "title": video.title,
            "error": _error(video),
            **payload,
        },
    )
    transaction.on_commit(sequence, robust=True)


def sequence() -> int:
    """Give positions to the events that have none yet; how many got one."""
    with transaction.atomic():
        _one_at_a_time()
        waiting = list(Event.objects.filter(position=None).order_by("id")[:_BATCH])
        if not waiting:
            return 0
        last = Event.objects.aggregate(last=Max("position"))["last"] or 0
        for position, event in enumerate(waiting, start=last + 1):
            event.position = position
        Event.objects.bulk_update(waiting, ["position"])
    announce.new_events({event.owner_id for event in waiting if event.owner_id})
    return len(waiting)


def after(position: int, *, owner_id: Any, limit: int = 500) -> Sequence[Event]:
    """The owner's events past a position, in order."""
    events = Event.objects.filter(owner_id=owner_id, position__gt=position)
    return list(events.order_by("position")[:limit])


def newest(owner_id: Any) -> int:
    """The position of the owner's last event; 0 before there is one."""
    newest: int | None = Event.objects.filter(owner_id=owner_id).aggregate(last=Max("position"))[
        "last"
    ]
    return newest or 0


def _one_at_a_time() -> None:
    """On PostgreSQL by advisory lock; SQLite's IMMEDIATE transaction is one already.

    Everybody waits for it, so a sequencer that is frozen with the lock must lose it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, true),"
                " pg_advisory_xact_lock(%s)",
                [f"{_FROZEN_AFTER_SECONDS}s", _SEQUENCER_LOCK],
            )


def _error(video: Video) -> dict[str, str] | None:
    if not video.error_code:
        return None
    return {"code": video.error_code, "message": video.error_message}
