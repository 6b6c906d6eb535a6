"""Write events, give them positions, read them from a cursor.

An event is written in the transaction of the change it tells of. Positions are given
after commit, by one sequencer at a time: readers order by position, so nothing committed
late can slip in before a cursor already passed.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from videos.events import announce
from videos.events.kinds import KINDS, UnknownKind
from videos.models import Event, EventLog, Video

_SEQUENCER_LOCK = 0x766F646C  # "vodl": one advisory lock for the whole installation
_BATCH = 1000
_FROZEN_AFTER_SECONDS = 5


def write(kind: str, video: Video | UUID, /, **payload: Any) -> None:
    """Log a change of a video, told as its row stands now, whatever an instance says.

    Call it after the change, in the transaction that makes it. Raises ``UnknownKind``.
    """
    if kind not in KINDS:
        raise UnknownKind(kind)
    standing = Video.objects.get(pk=video.pk if isinstance(video, Video) else video)
    Event.objects.create(
        type=kind,
        owner_id=standing.owner_id,
        video_id=standing.pk,
        payload=_facts(standing) | payload,
    )
    transaction.on_commit(sequence, robust=True)


def _facts(video: Video) -> dict[str, Any]:
    return {
        "status": video.status,
        "playable": video.playable and video.deleted_at is None,
        "title": video.title,
        "visibility": video.visibility,
        "moderation": video.moderation,
        "deleted": video.deleted_at is not None,
        "error": _error(video),
    }


def sequence() -> int:
    """Give positions to the events that have none yet; how many got one."""
    with transaction.atomic():
        _one_at_a_time()
        waiting = list(Event.objects.filter(position=None).order_by("id")[:_BATCH])
        if not waiting:
            return 0
        last = _give_positions(len(waiting))
        for position, event in enumerate(waiting, start=last - len(waiting) + 1):
            event.position = position
        Event.objects.bulk_update(waiting, ["position"])
    announce.new_events({event.owner_id for event in waiting if event.owner_id})
    return len(waiting)


def _give_positions(count: int) -> int:
    """Count the last position on; what it is now. Called by one sequencer at a time."""
    # Processes of a version before this row look at the events alone.
    newest = Subquery(
        Event.objects.filter(position__isnull=False).order_by("-position").values("position")[:1]
    )
    given = Greatest(F("last"), Coalesce(newest, Value(0))) + count
    log = EventLog.objects.filter(pk=EventLog.ONLY)
    if not log.update(last=given):
        EventLog.objects.bulk_create([EventLog()], ignore_conflicts=True)
        log.update(last=given)
    return log.values_list("last", flat=True).get()


def after(position: int, *, owner_id: Any, limit: int = 500) -> Sequence[Event]:
    """The owner's events past a position, in order."""
    events = Event.objects.filter(owner_id=owner_id, position__gt=position)
    return list(events.order_by("position")[:limit])


def newest() -> int:
    """The position that a reader who wants only what is new begins behind; 0 before any event."""
    return EventLog.objects.filter(pk=EventLog.ONLY).values_list("last", flat=True).first() or 0


def oldest() -> int:
    """The position from which on all events are kept: those before are deleted for their age."""
    pruned = EventLog.objects.filter(pk=EventLog.ONLY).values_list("pruned", flat=True).first()
    return (pruned or 0) + 1


def is_expired(position: int) -> bool:
    """Whether events behind this position may be gone, so that its reader has missed some."""
    return position < oldest() - 1


def is_ahead(position: int) -> bool:
    """Whether no event had this position yet: its reader comes from another installation, or from a
    state that a restored backup does not know, and would miss what comes until it is reached."""
    if position <= newest():
        return False
    # Processes of a version before the row place events without it.
    return not Event.objects.filter(position__gte=position).exists()


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
