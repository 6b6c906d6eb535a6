"""Read the event log once, in order, and write a delivery for each endpoint that hears an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from videos.events import earlier, log
from videos.models import Event, WebhookDelivery, WebhookEndpoint, WebhookReader
from videos.webhooks import bodies, hearing
from videos.webhooks.wanted import wants

_BATCH = 300
_ENOUGH = 300
"""After so many deliveries the transaction ends, so that sending goes on in between."""


def read_log() -> int:
    """Write the deliveries of the next events; return how many events were read.

    The reader's row is locked, so that there is one reader at a time, and moves on in the same
    transaction: a delivery is written exactly once, whenever a process is killed.
    """
    with transaction.atomic():
        reader = locked_reader()
        if reader is None:
            return 0
        if not listening().exists():
            return _skip(reader)
        events = list(_placed().filter(position__gt=reader.position)[:_BATCH])
        if not events:
            return 0
        read, heard = _enough(list(_concerned(events)), events)
        write(heard, kind=WebhookDelivery.Kind.EVENT)
        _move(events[read - 1].position or 0)
    return read


def is_behind() -> bool:
    """Whether there are events that were not read yet."""
    at = WebhookReader.objects.filter(pk=WebhookReader.ONLY).values_list("position", flat=True)
    position = at.first()
    return position is not None and position < log.newest()


def locked_reader() -> WebhookReader | None:
    """Return the reader's row, locked until the transaction ends; None before the first
    endpoint."""
    return WebhookReader.objects.select_for_update().filter(pk=WebhookReader.ONLY).first()


def begin_to_listen() -> int:
    """Return the position after which an endpoint hears everything that comes, if its row is
    written in the same transaction: until then nothing is read."""
    WebhookReader.objects.bulk_create([WebhookReader(position=log.newest())], ignore_conflicts=True)
    locked_reader()
    return log.newest()


def listening() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints that are on, with their owners."""
    on = WebhookEndpoint.objects.filter(deleted_at=None, disabled_at=None)
    return on.select_related("owner")


def write(heard: Iterable[tuple[WebhookEndpoint, Event]], *, kind: WebhookDelivery.Kind) -> int:
    """Write a delivery for each endpoint and event, due at once; return how many."""
    rows = [_delivery(endpoint, event, kind) for endpoint, event in heard]
    WebhookDelivery.objects.bulk_create(
        rows, batch_size=_BATCH, ignore_conflicts=kind == WebhookDelivery.Kind.EVENT
    )
    return len(rows)


def _concerned(events: Iterable[Event]) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints that may hear of some of these events, however many others there are."""
    owners = {event.owner_id for event in events if event.owner_id}
    return listening().filter(Q(owner__in=owners) | Q(all_videos=True))


def _placed() -> QuerySet[Event]:
    return Event.objects.filter(position__isnull=False).order_by("position")


def _skip(reader: WebhookReader) -> int:
    """Nobody listens, so nobody misses what is passed over."""
    newest = log.newest()
    if newest > reader.position:
        _move(newest)
    return 0


def _move(position: int) -> None:
    WebhookReader.objects.filter(pk=WebhookReader.ONLY).update(position=position)


def _enough(
    endpoints: Sequence[WebhookEndpoint], events: Sequence[Event]
) -> tuple[int, list[tuple[WebhookEndpoint, Event]]]:
    """Return how many of the events to read in one step, at least one, and who hears them."""
    everybodys = [endpoint for endpoint in endpoints if endpoint.all_videos]
    heard: list[tuple[WebhookEndpoint, Event]] = []
    for count, event in enumerate(events, 1):
        own = (one for one in endpoints if not one.all_videos and one.owner_id == event.owner_id)
        heard += ((one, event) for one in (*own, *everybodys) if _hears(one, event))
        if len(heard) >= _ENOUGH:
            return count, heard
    return len(events), heard


def _hears(endpoint: WebhookEndpoint, event: Event) -> bool:
    return (event.position or 0) > endpoint.starts_after and is_for(endpoint, event)


def is_for(endpoint: WebhookEndpoint, event: Event) -> bool:
    """Return whether an endpoint wants an event and may hear of it."""
    return wants(endpoint.events, earlier.kind(event.type)) and hearing.hears(endpoint, event)


def _delivery(
    endpoint: WebhookEndpoint, event: Event, kind: WebhookDelivery.Kind
) -> WebhookDelivery:
    return WebhookDelivery(
        endpoint=endpoint,
        kind=kind,
        event=earlier.kind(event.type),
        position=event.position,
        about_id=event.video_id or event.image_id,
        needs=hearing.needed_by(endpoint, event),
        body=bodies.of(event),
        next_at=Now(),
    )
