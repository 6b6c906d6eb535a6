"""Messages to browsers as rows, which workers claim and send (``sending``).

A message is sent at least once, always with the same ``tag``, so that a browser shows it once. One
that is not taken is retried at growing intervals for a day; by then nobody wants to know any more.
A push service that does not answer holds back the other messages to the same browser only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import PushMessage, PushSubscription
from videos.push import subscriptions

logger = structlog.get_logger(__name__)

LIVES = timedelta(days=1)
MOST_FAILURES = 5
"""So many messages in a row that were given up end a subscription."""
GONE = "gone"
"""The error of a message whose browser has no subscription at the moment."""

_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(hours=2)
_KEY_RETRY = timedelta(minutes=10)
# Longer than sending one message can take: a worker that is silent for so long was killed.
_LEASE = timedelta(minutes=2)
_PRUNED = 500


def write(subscription_ids: list[UUID], payload: Mapping[str, Any]) -> None:
    """Queue a message to some browsers, in the current transaction."""
    PushMessage.objects.bulk_create(
        PushMessage(subscription_id=pk, payload=dict(payload), next_at=Now())
        for pk in subscription_ids
    )


def is_due() -> bool:
    """Whether a message is due now."""
    return _due().exists()


def prune_push() -> int:
    """Delete messages that are over and older than ``KEEP_EVENTS_DAYS``, and subscriptions that
    have ended for good, at most 500 of each, and return how many rows."""
    until = Now() - timedelta(days=settings.KEEP_EVENTS_DAYS)
    over = PushMessage.objects.filter(next_at=None, created_at__lt=until)
    ended = PushSubscription.objects.exclude(pk__in=subscriptions.renewable().values("pk"))
    return _deleted(over) + _deleted(ended)


def _deleted(rows: QuerySet[Any]) -> int:
    chosen = list(rows.values_list("pk", flat=True)[:_PRUNED])
    return rows.model.objects.filter(pk__in=chosen).delete()[0] if chosen else 0


def _due() -> QuerySet[PushMessage]:
    """Return what is to be sent now. While one message to a browser is being sent, or waits for
    another try, those to the same browser wait with it."""
    held = PushMessage.objects.filter(
        subscription=OuterRef("subscription"), tries__gt=0, next_at__gt=Now()
    )
    return PushMessage.objects.filter(~Exists(held), next_at__lte=Now())


def take(*, not_of: Collection[UUID] = (), not_at: Collection[str] = ()) -> PushMessage | None:
    """Claim the oldest due message for the time of the lease; None if there is none. Those to the
    browsers of some users, and at some services, are left for later."""
    due = _due().exclude(subscription__user__in=not_of)
    for service in not_at:
        due = due.exclude(subscription__endpoint__startswith=service)
    while (message := due.select_related("subscription").order_by("next_at").first()) is not None:
        claimed = _due().filter(pk=message.pk, tries=message.tries)
        if claimed.update(next_at=Now() + _LEASE, tries=F("tries") + 1):
            message.tries += 1
            return message
    return None


def wait_for_key() -> None:
    """Put off all that is due until the key can be read again."""
    logger.error("push_key_unreadable", waiting=_due().count())
    _due().update(next_at=Now() + _KEY_RETRY, error="KeyUnreadable")


def note_taken(message: PushMessage) -> None:
    """Note that the service took a message."""
    with transaction.atomic():
        _row(message).update(next_at=None, sent_at=Now(), error="")
        PushSubscription.objects.filter(pk=message.subscription_id).update(
            last_used_at=Now(), failures=0
        )


def note_failure(message: PushMessage, why: str, wait_seconds: int | None = None) -> None:
    """Note a failure. The next try comes after ``wait_seconds`` if the service named a time; there
    is none if that is negative, or would come too late."""
    logger.warning("push_not_taken", reason=why, tries=message.tries)
    wait = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** min(message.tries - 1, 10))
    if wait_seconds is not None:
        wait = max(wait, timedelta(seconds=wait_seconds))
    is_over = message.created_at + LIVES < timezone.now() + wait
    with transaction.atomic():
        if is_over or (wait_seconds is not None and wait_seconds < 0):
            _row(message).update(next_at=None, error=why[:100])
            _count_failure(message)
            return
        _row(message).update(next_at=Now() + wait, error=why[:100])


def note_gone(message: PushMessage, to: PushSubscription) -> None:
    """Note that the push service has ended the subscription that it was asked about, unless the
    browser was given another one meanwhile. The message waits: that may still come."""
    asked = PushSubscription.objects.filter(pk=to.pk, endpoint_sha256=to.endpoint_sha256)
    asked.update(expires_at=Now())
    note_failure(message, GONE)


def note_ended(message: PushMessage) -> None:
    """Note that a message is for a browser whose subscription has ended: it waits if that may be
    renewed, and is deleted with the subscription otherwise."""
    row = PushSubscription.objects.filter(pk=message.subscription_id)
    if not row.exclude(pk__in=subscriptions.renewable().values("pk")).delete()[0]:
        note_failure(message, GONE)


def _count_failure(message: PushMessage) -> None:
    own = PushSubscription.objects.filter(
        pk__in=subscriptions.live().values("pk"), id=message.subscription_id
    )
    own.update(failures=F("failures") + 1)
    own.filter(failures__gte=MOST_FAILURES).delete()


def _row(message: PushMessage) -> QuerySet[PushMessage]:
    return PushMessage.objects.filter(pk=message.pk)
