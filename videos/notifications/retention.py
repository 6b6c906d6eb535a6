"""Delete old notifications."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from videos.models import Notification

_BATCH = 500


def prune_notifications() -> int:
    """Delete notifications that were told and are older than ``KEEP_EVENTS_DAYS``, at most 500 at
    a time, and return how many."""
    old = Notification.objects.filter(
        mail_due=False,
        push_due=False,
        created_at__lt=Now() - timedelta(days=settings.KEEP_EVENTS_DAYS),
    )
    chosen = list(old.order_by("created_at").values_list("pk", flat=True)[:_BATCH])
    return Notification.objects.filter(pk__in=chosen).delete()[0] if chosen else 0
