"""Drop what is not to be sent any more, and delete what is old, in small steps."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from videos.models import WebhookDelivery, WebhookEndpoint

_BATCH = 500
State = WebhookDelivery.State


def drop_unwanted() -> int:
    """Drop deliveries that wait for an endpoint that is off or deleted; return how many. What
    is being sent ends by itself, or with its lease."""
    off = Q(endpoint__disabled_at__isnull=False) | Q(endpoint__deleted_at__isnull=False)
    waiting = WebhookDelivery.objects.filter(
        off, Q(state=State.PENDING) | Q(state=State.SENDING, next_at__lte=Now())
    )
    chosen = list(waiting.values_list("pk", "next_at")[:_BATCH])
    return sum(
        WebhookDelivery.objects.filter(pk=pk, next_at=next_at).update(
            state=State.DROPPED, next_at=None, error="webhook_off", ended_at=Now(), claim=None
        )
        for pk, next_at in chosen
    )


def prune_webhooks() -> int:
    """Delete deliveries older than ``KEEP_EVENTS_DAYS`` and those of deleted endpoints, and then
    these endpoints; return how many rows were deleted."""
    gone = [*_aged(), *_orphaned()]
    deleted, _ = WebhookDelivery.objects.filter(pk__in=gone).delete()
    empty = WebhookEndpoint.objects.filter(deleted_at__isnull=False, deliveries=None)
    chosen = list(empty.values_list("pk", flat=True)[:_BATCH])
    return deleted + WebhookEndpoint.objects.filter(pk__in=chosen).delete()[0]


def _aged() -> list[UUID]:
    """Return the oldest ended deliveries; ids grow with time."""
    keep = timedelta(days=settings.KEEP_EVENTS_DAYS)
    ended = WebhookDelivery.objects.filter(next_at=None).annotate(database_now=Now())
    oldest = ended.order_by("pk").values_list("pk", "created_at", "database_now")[:_BATCH]
    return [pk for pk, *_ in takewhile(lambda row: row[1] < row[2] - keep, oldest)]


def _orphaned() -> list[UUID]:
    orphans = WebhookDelivery.objects.filter(endpoint__deleted_at__isnull=False)
    return list(orphans.values_list("pk", flat=True)[:_BATCH])
