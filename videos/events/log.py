"""Write events, assign their positions, and read them from a cursor.

An event is written in the transaction of the change that it reports. Positions are assigned after
the commit, by one sequencer at a time. Readers order by position, so an event that is committed
late cannot appear before a cursor that has already passed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from videos.events import announce, cursors, webhooks
from videos.events.kinds import KINDS, UnknownKind
from videos.models import Event, EventLog, Image, Video
from videos.notifications import writing

_SEQUENCER_LOCK = 0x766F646C  # "vodl": one advisory lock for the whole installation
_BATCH = 1000
_FROZEN_AFTER_SECONDS = 5


def write(kind: str, video: Video | UUID, /, **payload: Any) -> None:
    """Log a change of a video. The event holds the state of the video's row in the database, not
    that of the passed instance.

    Call it after the change, in the same transaction. Raises ``UnknownKind``.
    """
    standing = Video.objects.get(pk=video.pk if isinstance(video, Video) else video)
    _write(kind, [standing], payload)


def write_all(kind: str, videos: Collection[UUID], /, **payload: Any) -> None:
    """Log the same change of several videos, as ``write`` does for one, in two queries."""
    if videos:
        _write(kind, Video.objects.filter(pk__in=videos).order_by("pk"), payload)


def write_image(kind: str, image: Image | UUID, /, **payload: Any) -> None:
    """Log a change of an image, as ``write`` does of a video."""
    standing = Image.objects.get(pk=image.pk if isinstance(image, Image) else image)
    write_images(kind, [standing], **payload)


def write_images(kind: str, images: Iterable[Image], /, **payload: Any) -> None:
    """Log the same change of several images, whose rows are given as they are now."""
    _store(
        kind,
        (
            Event(
                type=kind,
                owner_id=image.owner_id,
                image_id=image.pk,
                payload={**_image_facts(image), **payload},
            )
            for image in images
        ),
    )


def write_image_failure(owner_id: Any, *, title: str, code: str, message: str) -> None:
    """Log that an image did not come to be, for this reason."""
    error = {"code": code, "message": message}
    payload = {"title": title, "deleted": False, "error": error}
    _store("image.failed", [Event(type="image.failed", owner_id=owner_id, payload=payload)])


def _write(kind: str, videos: Iterable[Video], payload: Mapping[str, Any]) -> None:
    _store(
        kind,
        (
            Event(
                type=kind,
                owner_id=video.owner_id,
                video_id=video.pk,
                payload={**_facts(video), **payload},
            )
            for video in videos
        ),
    )


def _store(kind: str, events: Iterable[Event]) -> None:
    if kind not in KINDS:
        raise UnknownKind(kind)
    written = Event.objects.bulk_create(events)
    writing.note(written)
    transaction.on_commit(sequence, robust=True)


def _image_facts(image: Image) -> dict[str, Any]:
    return {"title": image.title, "deleted": image.deleted_at is not None, "error": None}


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
    """Assign positions to the events without one; return how many were assigned."""
    with transaction.atomic():
        _one_at_a_time()
        waiting = list(Event.objects.filter(position=None).order_by("id")[:_BATCH])
        if not waiting:
            return 0
        last = _give_positions(len(waiting))
        for position, event in enumerate(waiting, start=last - len(waiting) + 1):
            event.position = position
        Event.objects.bulk_update(waiting, ["position"])
    announce.new_events()
    webhooks.wake({event.owner_id for event in waiting if event.owner_id})
    return len(waiting)


def _give_positions(count: int) -> int:
    """Advance the last position by ``count`` and return it. Called by one sequencer at a time."""
    # Processes of a version before this row exists read the events alone.
    newest = Subquery(
        Event.objects.filter(position__isnull=False).order_by("-position").values("position")[:1]
    )
    given = Greatest(F("last"), Coalesce(newest, Value(0))) + count
    log = EventLog.objects.filter(pk=EventLog.ONLY)
    if not log.update(last=given):
        EventLog.objects.bulk_create([EventLog()], ignore_conflicts=True)
        log.update(last=given)
    return log.values_list("last", flat=True).get()


def after(position: int, *, limit: int = 500) -> Sequence[Event]:
    """Return the events of all past a position, in order. Raises ``CursorExpired`` if some of them
    were deleted for their age."""
    events = list(Event.objects.filter(position__gt=position).order_by("position")[:limit])
    if not events or events[0].position != position + 1:
        require_kept(position)
    return events


def newest() -> int:
    """Return the last assigned position, where a reader of new events alone begins; 0 before any
    event."""
    return EventLog.objects.filter(pk=EventLog.ONLY).values_list("last", flat=True).first() or 0


def oldest() -> int:
    """Return the oldest position of which all events are kept; earlier ones were deleted for their
    age."""
    return _pruned() + 1


def is_expired(position: int) -> bool:
    """Return whether events behind this position may be deleted, so that its reader missed some."""
    return position < _pruned()


def require_kept(position: int) -> None:
    """Raise ``CursorExpired`` if events behind this position may be deleted.

    Asked after the events were read, it tells whether all of them were there: what is deleted
    meanwhile is noted in the transaction that deletes it.
    """
    pruned = _pruned()
    if position < pruned:
        raise cursors.CursorExpired(cursors.encode(pruned))


def is_ahead(position: int) -> bool:
    """Return whether no event has had this position yet. Its reader then comes from another
    installation, or from a state later than a restored backup, and would miss all events up to that
    position."""
    if position <= newest():
        return False
    # Processes of a version before the row assign positions without it.
    return not Event.objects.filter(position__gte=position).exists()


def _pruned() -> int:
    """Return up to which position events may be deleted for their age."""
    pruned = EventLog.objects.filter(pk=EventLog.ONLY).values_list("pruned", flat=True).first()
    return pruned or 0


def _one_at_a_time() -> None:
    """Let one sequencer in at a time: on PostgreSQL by advisory lock; SQLite's IMMEDIATE
    transaction does so by itself.

    All sequencers wait for the lock, so one that freezes while holding it must lose it.
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
