"""The trash: a deleted video is hidden at once, and can be restored until it is purged.

Deleting stops the work on a video. A restored video has its previous state, except that one whose
processing was stopped is canceled; it can be processed again. Videos with an expiry are put here
when it is reached.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts import audit
from processing import services as processing
from videos import clock, lifecycle, locking
from videos.each_row import act_on_each
from videos.ingest.uploads import ExternalIdTaken
from videos.models import Video
from videos.models.library import LibraryItem

_BATCH = 100


class NotInTrash(Exception):
    """Raised when a video to be restored is not in the trash."""


def discard(video: Video) -> bool:
    """Put a video into the trash and stop the work on it; return False if it was there already.

    Raises ``VideoBusy``.
    """
    return locking.in_transaction(partial(_discard, video.pk))


def expire() -> int:
    """Put the videos whose time is over into the trash, unless the clock has just jumped; return
    how many."""
    if not clock.is_steady():
        return 0
    due = Video.objects.filter(expires_at__lte=Now(), deleted_at=None).order_by("expires_at")
    return act_on_each(due[:_BATCH], _discard_if_idle, what="expire_videos")


def _discard_if_idle(video: Video) -> bool:
    """Discard a video unless its expiry was put off; leave a busy one to the next pass."""
    try:
        return locking.in_transaction(partial(_discard, video.pk, only_expired=True))
    except locking.VideoBusy:
        return False


def _discard(video_id: UUID, *, only_expired: bool = False) -> bool:
    runs = locking.runs_of(video_id)
    video = locking.video(video_id, runs)
    if video is None or video.deleted_at is not None:
        return False
    if only_expired and not Video.objects.filter(pk=video_id, expires_at__lte=Now()).exists():
        return False
    with suppress(processing.NothingToCancel):
        processing.cancel(video)
    lifecycle.delete(video_id)
    audit.person_did("video.deleted", video)
    return True


def restore(video: Video) -> None:
    """Take a video out of the trash, without an expiry that has passed.

    Raises ``NotInTrash``, ``ExternalIdTaken``, or ``Video.DoesNotExist`` if it was purged in the
    meantime.
    """
    try:
        with transaction.atomic():
            found = Video.objects.select_for_update(of=("self",)).get(pk=video.pk)
            if found.deleted_at is None:
                raise NotInTrash
            lifecycle.restore(video.pk)
            audit.person_did("video.restored", found)
    except IntegrityError as error:
        raise ExternalIdTaken from error


def kept_until(item: LibraryItem) -> datetime | None:
    """Return the time at or soon after which a video or image in the trash is purged; None if it is
    not there."""
    if item.deleted_at is None:
        return None
    return item.deleted_at + timedelta(days=settings.PURGE_AFTER_DAYS)
