"""Wake the worker that sends webhooks, if anybody's hear of new events, and tell how far they have
been read for webhooks."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

import dramatiq
from django.db.models import Q, QuerySet
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import RedisError

from videos.models import WebhookEndpoint, WebhookReader

QUEUE, ACTOR = "notify", "send_webhooks"
"""The queue and the name of the actor that sends them."""


def wake(owner_ids: Collection[UUID]) -> None:
    """Wake a worker if one of these owners has a webhook, or somebody one for everybody's videos.

    A lost wake-up does no harm: the reconciler sends another.
    """
    if _on().filter(Q(owner__in=owner_ids) | Q(all_videos=True)).exists():
        wake_now()


def read_until() -> int | None:
    """Return up to which position events were read for webhooks; None while nobody has one that is
    on, who could miss any."""
    if not _on().exists():
        return None
    at = WebhookReader.objects.filter(pk=WebhookReader.ONLY)
    return at.values_list("position", flat=True).first()


def wake_now() -> None:
    """Wake a worker."""
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=QUEUE, actor_name=ACTOR, args=(), kwargs={}, options={}
    )
    with suppress(RedisError, BrokerConnectionError):
        dramatiq.get_broker().enqueue(message)


def _on() -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(deleted_at=None, disabled_at=None)
