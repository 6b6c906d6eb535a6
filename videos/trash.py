"""The trash: a deleted video is hidden at once, and can be restored until it is purged.

Deleting stops the work on a video. A restored video has its previous state, except that one whose
processing was stopped is canceled; it can be processed again.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from processing import services as processing
from videos import lifecycle, locking
from videos.ingest.uploads import ExternalIdTaken
from videos.models import Video


class NotInTrash(Exception):
    """Raised when a video to be restored is not in the trash."""


def discard(video: Video) -> bool:
    """Put a video into the trash and stop the work on it; return False if it was there already.

    Raises ``VideoBusy``.
    """
    return locking.in_transaction(partial(_discard, video.pk))


def _discard(video_id: UUID) -> bool:
    runs = locking.runs_of(video_id)
    video = locking.video(video_id, runs)
    if video is None or video.deleted_at is not None:
        return False
    with suppress(processing.NothingToCancel):
        processing.cancel(video)
    lifecycle.delete(video_id)
    return True


def restore(video: Video) -> None:
    """Take a video out of the trash. Raises ``NotInTrash``, ``ExternalIdTaken``, or
    ``Video.DoesNotExist`` if it was purged in the meantime."""
    try:
        with transaction.atomic():
            found = Video.objects.select_for_update(of=("self",)).get(pk=video.pk)
            if found.deleted_at is None:
                raise NotInTrash
            lifecycle.restore(video.pk)
    except IntegrityError as error:
        raise ExternalIdTaken from error


def kept_until(video: Video) -> datetime | None:
    """Return the time at or soon after which a video in the trash is purged; None if it is not
    there."""
    if video.deleted_at is None:
        return None
    return video.deleted_at + timedelta(days=settings.PURGE_AFTER_DAYS)
