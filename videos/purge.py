"""Delete videos and the bytes nobody points at any more.

Rows go first and objects after: a crash in between leaves objects that the next sweep
finds, never a row whose bytes are gone.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from videos.events import log
from videos.models import Release, Source, Video
from videos.storage import StorageUnavailable, originals, outputs

_BATCH = 100


def trash(video: Video) -> None:
    """Hide a video at once; its bytes go after ``PURGE_AFTER_DAYS``."""
    with transaction.atomic():
        if Video.objects.filter(pk=video.pk, deleted_at=None).update(deleted_at=Now()):
            log.write("video.deleted", video)


def purge(video: Video) -> None:
    """Delete a video's rows now, and its bytes as far as nobody else uses them."""
    with transaction.atomic():
        releases = list(Release.objects.filter(run__video=video).values_list("pk", flat=True))
        if video.deleted_at is None:
            log.write("video.deleted", video)
        Video.objects.filter(pk=video.pk).delete()
        Release.objects.filter(pk__in=releases, videos=None).update(state=Release.State.RETIRED)
    sweep_releases()
    sweep_sources()


def purge_expired() -> int:
    """Purge what was deleted long enough ago."""
    until = Now() - timedelta(days=settings.PURGE_AFTER_DAYS)
    expired = list(Video.objects.filter(deleted_at__lt=until)[:_BATCH])
    for video in expired:
        purge(video)
    return len(expired)


def sweep_releases() -> int:
    """Delete the objects, then the row, of retired releases nobody plays.

    Failed ones are kept a day, so that a retry need not make again what was done.
    """
    long_ago = timezone.now() - timedelta(hours=settings.KEEP_FAILED_HOURS)
    failed = Q(state=Release.State.FAILED, created_at__lt=long_ago)
    over = Release.objects.filter(Q(state=Release.State.RETIRED) | failed, videos=None)
    swept = 0
    for release in over[:_BATCH]:
        try:
            outputs().delete_prefix(release.prefix)
        except StorageUnavailable:
            break
        release.delete()
        swept += 1
    return swept


def sweep_sources() -> int:
    """Delete sources that no video and no run uses: the row first, its object after."""
    unused = Source.objects.filter(
        videos=None, runs=None, created_at__lt=timezone.now() - timedelta(seconds=1)
    )
    swept = 0
    for source in unused[:_BATCH]:
        try:
            originals().delete_key(source.key)
        except StorageUnavailable:
            break
        source.delete()
        swept += 1
    return swept
