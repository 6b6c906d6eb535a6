"""Delete the records of uploads that were finished long ago; their videos are kept."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from videos.models import Upload

_BATCH = 300


def prune_uploads() -> int:
    """Delete uploads that were finished more than ``KEEP_UPLOADS_DAYS`` ago; return how many."""
    until = Now() - timedelta(days=settings.KEEP_UPLOADS_DAYS)
    old = Upload.objects.filter(finished_at__lt=until).order_by("finished_at")
    chosen = list(old.values_list("pk", flat=True)[:_BATCH])
    return Upload.objects.filter(pk__in=chosen).delete()[0] if chosen else 0
