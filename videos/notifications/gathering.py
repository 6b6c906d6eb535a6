"""Which owners are to be told something now, by each channel.

The first notification waits for others that come with it. After that an owner is left in peace for
a while, and everything that happens meanwhile is told at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from videos.models import Notification
from videos.notifications.choices import DIGESTS

MAIL_WAITS = timedelta(seconds=30)
PUSH_WAITS = timedelta(seconds=2)
PUSH_PAUSE = timedelta(minutes=2)
OWNERS_AT_ONCE = 100


def to_mail() -> QuerySet[Notification]:
    """Return what is to be told by mail now, of all owners."""
    peace = Q(owner__notification_settings__mailed_at__isnull=True)
    for minutes in DIGESTS:
        peace |= Q(
            owner__notification_settings__digest_minutes=minutes,
            owner__notification_settings__mailed_at__lte=Now() - timedelta(minutes=minutes),
        )
    return Notification.objects.filter(peace, mail_due=True, created_at__lte=Now() - MAIL_WAITS)


def to_push() -> QuerySet[Notification]:
    """Return what browsers are to be told now, of all owners."""
    peace = Q(owner__notification_settings__pushed_at__isnull=True) | Q(
        owner__notification_settings__pushed_at__lte=Now() - PUSH_PAUSE
    )
    return Notification.objects.filter(peace, push_due=True, created_at__lte=Now() - PUSH_WAITS)


def owners(due: QuerySet[Notification]) -> Sequence[UUID]:
    """Return some owners of what is due."""
    return list(due.order_by().values_list("owner_id", flat=True).distinct()[:OWNERS_AT_ONCE])
