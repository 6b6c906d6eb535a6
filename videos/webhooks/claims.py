"""Claim deliveries that are due, for the time of a lease: few of one endpoint, each endpoint in
turn, and of a video the first try of one event only after that of the event before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import secrets, waiting
from videos.webhooks.sending import Parcel

State = WebhookDelivery.State

AT_ONCE = 4
"""How many messages are on their way to one endpoint at a time."""
SLOW = timedelta(seconds=2)
"""An endpoint that takes this long gets one message at a time, and all such endpoints together
leave half of the room to the others."""
LEASE = timedelta(minutes=2)
_ENDPOINTS = 200


def take(room: int, slow_room: int) -> list[Parcel]:
    """Claim at most ``room`` deliveries, at most ``slow_room`` of them to slow endpoints."""
    taken: list[Parcel] = []
    if room <= 0:
        return taken
    with transaction.atomic():
        for endpoint in _in_turn():
            share = min(_share(endpoint), room - len(taken))
            if _is_slow(endpoint):
                share = min(share, slow_room)
            got = _of(endpoint, share)
            slow_room -= len(got) if _is_slow(endpoint) else 0
            taken += got
            if len(taken) >= room:
                break
    return taken


def _in_turn() -> Iterable[WebhookEndpoint]:
    """Return the endpoints with something due, the one that waited longest first. Their rows are
    locked; those that another process holds have their turn there."""
    ready = waiting.ready().select_for_update(of=("self",), skip_locked=True, no_key=True)
    turn = F("served_at").asc(nulls_first=True)
    return ready.order_by(turn, "pk")[:_ENDPOINTS]


def _on_the_way(endpoint: WebhookEndpoint) -> dict[str, int]:
    sent = WebhookDelivery.objects.filter(endpoint=endpoint, state=State.SENDING, next_at__gt=Now())
    return sent.aggregate(all=Count("pk"), long=Count("pk", filter=Q(claimed_at__lt=Now() - SLOW)))


def _share(endpoint: WebhookEndpoint) -> int:
    """Return how many more may be sent to an endpoint now."""
    way = _on_the_way(endpoint)
    most = 1 if _is_slow(endpoint) or way["long"] else AT_ONCE
    return max(0, most - way["all"])


def _is_slow(endpoint: WebhookEndpoint) -> bool:
    return (endpoint.last_ms or 0) >= SLOW.total_seconds() * 1000


def _of(endpoint: WebhookEndpoint, most: int) -> list[Parcel]:
    if most <= 0:
        return []
    found = list(_eligible(endpoint)[:most])
    if not found:
        return []
    claim = uuid4()
    WebhookDelivery.objects.filter(pk__in=[one.pk for one in found]).update(
        state=State.SENDING,
        tries=F("tries") + 1,
        next_at=Now() + LEASE,
        claim=claim,
        claimed_at=Now(),
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(served_at=Now())
    keys = _secrets(endpoint)
    return [
        Parcel(
            delivery=one.pk,
            claim=claim,
            endpoint=endpoint.pk,
            url=endpoint.url,
            webhook_id=one.webhook_id,
            body=one.body,
            tries=one.tries + 1,
            secrets=keys,
        )
        for one in found
    ]


def _secrets(endpoint: WebhookEndpoint) -> tuple[str, ...]:
    try:
        return tuple(secrets.valid(endpoint))
    except secrets.SecretUnreadable:
        return ()


def _eligible(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """Return what is due for an endpoint and waits for nothing, the longest due first."""
    before = WebhookDelivery.objects.filter(
        endpoint=endpoint,
        about_id=OuterRef("about_id"),
        position__lt=OuterRef("position"),
        tried_at=None,
        next_at__isnull=False,
    )
    mine = waiting.due().filter(endpoint=endpoint)
    return mine.exclude(Exists(before), tried_at=None).order_by("next_at", "id")
