"""Claim deliveries that are due, for the time of a lease: few of one endpoint, each endpoint in
turn, and of a video the first try of one event only after that of the event before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

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
_SLOW_MS = SLOW.total_seconds() * 1000
_LONG = Q(last_ms__gte=_SLOW_MS)


def take(room: int, slow_room: int) -> list[Parcel]:
    """Claim at most ``room`` deliveries, at most ``slow_room`` of them to slow endpoints."""
    if room <= 0:
        return []
    with transaction.atomic():
        chosen = _chosen(room, slow_room)
        if not chosen:
            return []
        claim = uuid4()
        _mark(claim, chosen)
        return [_parcel(claim, endpoint, row) for endpoint, rows in chosen for row in rows]


def _chosen(room: int, slow_room: int) -> list[tuple[WebhookEndpoint, list[WebhookDelivery]]]:
    """Return what to claim: of each endpoint that has its turn as much as it may be sent."""
    turn = _in_turn(slow_room)
    way = _on_the_way(turn)
    chosen = []
    for endpoint in turn:
        share = min(room, _share(endpoint, *way.get(endpoint.pk, (0, 0))))
        if _is_slow(endpoint):
            share = min(share, slow_room)
        rows = list(_eligible(endpoint)[:share]) if share > 0 else []
        if rows:
            chosen.append((endpoint, rows))
        room -= len(rows)
        slow_room -= len(rows) if _is_slow(endpoint) else 0
        if room <= 0:
            break
    return chosen


def _in_turn(slow_room: int) -> list[WebhookEndpoint]:
    """Return endpoints with something due, the one that waited longest first. Slow ones are asked
    for by themselves, so that however many wait, none of the others is left out for them."""
    quick = _longest_waiting(~_LONG | Q(last_ms=None), _ENDPOINTS)
    slow = _longest_waiting(_LONG, slow_room) if slow_room > 0 else []
    return sorted(
        [*quick, *slow],
        key=lambda one: (one.served_at is not None, one.served_at or one.created_at, one.pk),
    )


def _longest_waiting(which: Q, most: int) -> Iterable[WebhookEndpoint]:
    """Return some of the endpoints with something due. Their rows are locked; those that another
    process holds have their turn there."""
    ready = waiting.ready().select_for_update(of=("self",), skip_locked=True, no_key=True)
    return ready.filter(which).order_by(F("served_at").asc(nulls_first=True), "pk")[:most]


def _on_the_way(endpoints: Iterable[WebhookEndpoint]) -> dict[UUID, tuple[int, int]]:
    """Return by endpoint how many messages are on their way, and how many of these for long."""
    sent = WebhookDelivery.objects.filter(
        endpoint__in=endpoints, state=State.SENDING, next_at__gt=Now()
    )
    long = Count("pk", filter=Q(claimed_at__lt=Now() - SLOW))
    counted = sent.order_by().values("endpoint_id").annotate(all=Count("pk"), long=long)
    return {one["endpoint_id"]: (one["all"], one["long"]) for one in counted}


def _share(endpoint: WebhookEndpoint, on_the_way: int, for_long: int) -> int:
    """Return how many more may be sent to an endpoint now."""
    most = 1 if _is_slow(endpoint) or for_long else AT_ONCE
    return max(0, most - on_the_way)


def _is_slow(endpoint: WebhookEndpoint) -> bool:
    return (endpoint.last_ms or 0) >= _SLOW_MS


def _eligible(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """Return what is due for an endpoint and waits for nothing, the longest due first."""
    before = WebhookDelivery.objects.filter(
        endpoint=endpoint,
        about_id=OuterRef("about_id"),
        position__lt=OuterRef("position"),
        tried_at=None,
        next_at__isnull=False,
    )
    mine = waiting.due().filter(endpoint=endpoint).exclude(Exists(before), tried_at=None)
    return mine.defer("answer", "request_headers").order_by("next_at", "id")


def _mark(claim: UUID, chosen: list[tuple[WebhookEndpoint, list[WebhookDelivery]]]) -> None:
    rows = [row.pk for _, rows in chosen for row in rows]
    WebhookDelivery.objects.filter(pk__in=rows).update(
        state=State.SENDING,
        tries=F("tries") + 1,
        next_at=Now() + LEASE,
        claim=claim,
        claimed_at=Now(),
    )
    served = [endpoint.pk for endpoint, _ in chosen]
    WebhookEndpoint.objects.filter(pk__in=served).update(served_at=Now())


def _parcel(claim: UUID, endpoint: WebhookEndpoint, row: WebhookDelivery) -> Parcel:
    return Parcel(
        delivery=row.pk,
        claim=claim,
        endpoint=endpoint.pk,
        url=endpoint.url,
        webhook_id=row.webhook_id,
        body=row.body,
        tries=row.tries + 1,
        tried_at=row.tried_at,
        attempts=row.attempts,
        secrets=_secrets(endpoint),
    )


def _secrets(endpoint: WebhookEndpoint) -> tuple[str, ...]:
    try:
        return tuple(secrets.valid(endpoint))
    except secrets.SecretUnreadable:
        return ()
