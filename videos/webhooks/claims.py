"""Claim deliveries that are due, for the time of a lease: few of one endpoint, each endpoint in
turn, and of a video the first try of one event only after that of the event before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import secrets, waiting
from videos.webhooks.retries import SLOW
from videos.webhooks.room import OF_ENDPOINT, Room
from videos.webhooks.sending import Parcel

State = WebhookDelivery.State

LEASE = timedelta(minutes=2)
_ENDPOINTS = 200


def take(room: Room) -> list[Parcel]:
    """Claim as many deliveries as there is room for."""
    if room.all <= 0:
        return []
    with transaction.atomic():
        chosen = _chosen(room)
        if not chosen:
            return []
        claim = uuid4()
        _mark(claim, chosen)
        return [_parcel(claim, endpoint, row) for endpoint, rows in chosen for row in rows]


def _chosen(room: Room) -> list[tuple[WebhookEndpoint, list[WebhookDelivery]]]:
    """Return what to claim: of each endpoint that has its turn as much as it may be sent."""
    turn = _in_turn(room)
    way = _on_the_way(turn)
    chosen = []
    for endpoint in turn:
        left = room.for_one(endpoint.owner_id, is_slow=_is_slow(endpoint))
        share = min(left, _share(endpoint, *way.get(endpoint.pk, (0, 0))))
        rows = list(_eligible(endpoint)[:share]) if share > 0 else []
        if rows:
            chosen.append((endpoint, rows))
            room = room.after(endpoint.owner_id, count=len(rows), is_slow=_is_slow(endpoint))
        if room.all <= 0:
            break
    return chosen


def _in_turn(room: Room) -> list[Any]:
    """Return endpoints with something due, the one that waited longest first. Slow ones are asked
    for by themselves, so that however many wait, none of the others is left out for them."""
    ready = waiting.ready().exclude(owner__in=room.full_owners)
    quick = _longest_waiting(ready.filter(Q(slow_until=None) | Q(slow_until__lte=Now())))
    slow = ready.filter(slow_until__gt=Now())
    return sorted(
        [*quick[:_ENDPOINTS], *(_longest_waiting(slow)[: room.slow] if room.slow > 0 else ())],
        key=lambda one: (one.served_at is not None, one.served_at or one.created_at, one.pk),
    )


def _longest_waiting(endpoints: QuerySet[WebhookEndpoint]) -> QuerySet[WebhookEndpoint]:
    """Return endpoints in the order of their turns. Their rows are locked; those that another
    process holds have their turn there."""
    free = endpoints.select_for_update(of=("self",), skip_locked=True, no_key=True)
    known = free.annotate(database_now=Now())
    return known.order_by(F("served_at").asc(nulls_first=True), "pk")


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
    is_known = endpoint.last_at is not None
    most = OF_ENDPOINT if is_known and not for_long and not _is_slow(endpoint) else 1
    return max(0, most - on_the_way)


def _is_slow(endpoint: Any) -> bool:
    return endpoint.slow_until is not None and endpoint.slow_until > endpoint.database_now


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
        owner=endpoint.owner_id,
        is_slow=_is_slow(endpoint),
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
