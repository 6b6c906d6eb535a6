"""Delete what is known of reports and generations that ended long ago; their videos are kept."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from videos.models import Generation, HookAddress, HookDelivery

_BATCH = 300


def prune_hooks() -> int:
    """Delete deliveries and generations that are over and older than ``KEEP_UPLOADS_DAYS``, and
    addresses that were revoked as long ago and of which nothing is left; return how many rows were
    deleted."""
    until = Now() - timedelta(days=settings.KEEP_UPLOADS_DAYS)
    deliveries = HookDelivery.objects.filter(next_at=None, received_at__lt=until)
    generations = Generation.objects.filter(next_poll_at=None, created_at__lt=until)
    old = list(deliveries.values_list("pk", flat=True)[:_BATCH])
    ended = list(generations.values_list("pk", flat=True)[:_BATCH])
    deleted, _ = HookDelivery.objects.filter(pk__in=old).delete()
    deleted += Generation.objects.filter(pk__in=ended).delete()[0]
    revoked = HookAddress.objects.filter(revoked_at__lt=until, deliveries=None, generations=None)
    empty = list(revoked.values_list("pk", flat=True)[:_BATCH])
    return deleted + HookAddress.objects.filter(pk__in=empty).delete()[0]
