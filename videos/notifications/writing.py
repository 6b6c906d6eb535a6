"""Note what owners may want to be told, in the transaction of the event that tells it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from videos.models import Event, Notification, Video

Kind = Notification.Kind

_KINDS = {
    "video.ready": Kind.READY,
    "video.failed": Kind.FAILED,
    "moderation.approved": Kind.APPROVED,
    "moderation.rejected": Kind.REJECTED,
}
_ERRORS = {Kind.FAILED: "error", Kind.REJECTED: "moderation_reason"}


def note(events: Iterable[Event]) -> None:
    """Write a notification for each event that owners are told of. One event has at most one, and
    one of a video in the trash has none."""
    found = [
        _of(event, _KINDS[event.type], event.owner_id, event.video_id)
        for event in events
        if event.type in _KINDS
        and event.owner_id
        and event.video_id
        and not event.payload["deleted"]
    ]
    if found:
        Notification.objects.bulk_create(found)


def _of(event: Event, kind: Kind, owner_id: UUID, video_id: UUID) -> Notification:
    told: dict[str, Any] = event.payload
    why = told.get(_ERRORS.get(kind, "")) or {}
    return Notification(
        owner_id=owner_id,
        kind=kind,
        event_id=event.pk,
        video_id=video_id,
        title=told["title"],
        code=why.get("code", ""),
        message=why.get("message", ""),
        waits=kind == Kind.READY and told["moderation"] == Video.Moderation.PENDING,
    )
