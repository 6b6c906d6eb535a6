"""Send again what was sent before: one delivery, the events of a time span, or a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import audit
from videos.events import webhooks
from videos.models import Event, WebhookDelivery, WebhookEndpoint
from videos.webhooks import bodies, endpoints, fan_out, hearing
from videos.webhooks.wanted import TEST

MOST_REPLAYED = 1000
"""How many events one replay looks at."""
State = WebhookDelivery.State


class WebhookOff(Exception):
    """Raised when something is to be sent to an endpoint that is off."""


class OnItsWay(Exception):
    """Raised when a delivery is to be sent again while it is being sent."""


@dataclass(frozen=True)
class Span:
    """What to replay: events behind a position, and between two times."""

    after: int = 0
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class Replayed:
    """How many deliveries were written; ``position`` is where to go on if there is more."""

    deliveries: int
    position: int | None


@transaction.atomic
def send_test(endpoint_id: UUID) -> WebhookDelivery:
    """Send an event that means nothing, at once. Raises ``WebhookOff``."""
    endpoint = _on(endpoint_id)
    made = WebhookDelivery.objects.create(
        endpoint=endpoint,
        kind=WebhookDelivery.Kind.TEST,
        event=TEST,
        body=bodies.of_test(endpoint),
        next_at=Now(),
    )
    _wake()
    return made


@transaction.atomic
def send_again(delivery: WebhookDelivery) -> None:
    """Send a delivery once more at once, under its id; if that fails, it is retried as at first.

    Raises ``WebhookOff``, or ``OnItsWay`` while it is being sent.
    """
    endpoint = _on(delivery.endpoint_id)
    row = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=State.SENDING)
    if not row.update(state=State.PENDING, next_at=Now(), tries=0, ended_at=None):
        raise OnItsWay
    told = {"delivery": str(delivery.pk), "event": delivery.event}
    audit.record("webhook.sent_again", endpoint, details=told)
    _wake()


@transaction.atomic
def replay(endpoint_id: UUID, span: Span) -> Replayed:
    """Send the events of a span that the endpoint wants and may hear of, as new messages.

    Events that were deleted for their age are gone. Raises ``WebhookOff``.
    """
    endpoint = _on(endpoint_id)
    events = list(_events(endpoint, span)[: MOST_REPLAYED + 1])
    more, events = len(events) > MOST_REPLAYED, events[:MOST_REPLAYED]
    count = _write(endpoint, events)
    audit.record("webhook.replayed", endpoint, details=_told(span, count))
    _wake()
    return Replayed(count, events[-1].position if more else None)


def _write(endpoint: WebhookEndpoint, events: Sequence[Event]) -> int:
    wanted = [(endpoint, event) for event in events if fan_out.is_for(endpoint, event)]
    return fan_out.write(wanted, kind=WebhookDelivery.Kind.REPLAY)


def _events(endpoint: WebhookEndpoint, span: Span) -> QuerySet[Event]:
    events = Event.objects.filter(position__gt=span.after).order_by("position")
    if not (endpoint.all_videos and hearing.may_hear_everybody(endpoint.owner)):
        events = events.filter(owner=endpoint.owner)
    if span.begins is not None:
        events = events.filter(created_at__gte=span.begins)
    return events if span.ends is None else events.filter(created_at__lte=span.ends)


def _told(span: Span, count: int) -> dict[str, object]:
    return {
        "deliveries": count,
        "after": span.after,
        "from": span.begins.isoformat() if span.begins else None,
        "to": span.ends.isoformat() if span.ends else None,
    }


def _on(endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = endpoints.locked(endpoint_id)
    if not endpoint.is_on:
        raise WebhookOff
    return endpoint


def _wake() -> None:
    transaction.on_commit(webhooks.wake_now, robust=True)
