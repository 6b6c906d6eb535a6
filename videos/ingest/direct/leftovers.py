"""Finish or abort the direct uploads that nobody finishes any more; duties of the reconciler."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import structlog
from django.db.models import Q
from django.db.models.functions import Now

from config.log_limits import AtMostEvery
from videos import installation
from videos.each_row import act_on_each
from videos.ingest import closing, uploads
from videos.ingest.direct import completion
from videos.ingest.direct.errors import FileRefused
from videos.models import StoredObject, Upload, Video
from videos.objects import unknown
from videos.quotas import QuotaExceeded
from videos.storage import ObjectMissing, StorageUnavailable, multipart, originals, outputs
from videos.storage.s3 import BucketStorage

_BATCH = 100
_LISTED = 10_000
# What is older was aborted, or is found in the bucket itself.
_ABORTED_WITHIN = timedelta(days=2)
_ARRIVING = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING)
_TELL_EVERY_SECONDS = 3600.0
_DIRECT = Q(protocol=Upload.Protocol.S3)

logger = structlog.get_logger(__name__)
_warnings = AtMostEvery(_TELL_EVERY_SECONDS)


def settle_direct_uploads() -> int:
    """End the open direct uploads that expired or whose videos were canceled: finish those whose
    objects are complete in the bucket, and close the others. Return how many were ended."""
    over = Q(expires_at__lt=Now()) | ~Q(video__status__in=_ARRIVING)
    late = Upload.objects.filter(_DIRECT, over, finished_at=None).select_related("video")
    return act_on_each(late.order_by("expires_at")[:_BATCH], _settle, what="settle_direct_uploads")


def abort_direct_uploads() -> int:
    """Abort the multipart uploads of closed direct uploads; return how many."""
    closed = Upload.objects.filter(_DIRECT, finished_at__gt=Now() - _ABORTED_WITHIN)
    left = closed.exclude(multipart_id="").order_by("finished_at")
    return act_on_each(left[:_BATCH], _abort, what="abort_direct_uploads")


def abort_unknown_parts() -> int:
    """Abort the multipart uploads in our buckets that are older than a day and whose objects nobody
    writes: those of processes that died. Return how many."""
    if not installation.may_delete():
        return 0
    try:
        return sum(_abort_unknown(name) for name in StoredObject.Storage)
    except StorageUnavailable as error:  # not every server can list them
        if _warnings.allows("unknown_parts"):
            logger.warning("unknown_parts_not_sought", reason=str(error))
        return 0


def _settle(upload: Upload) -> bool:
    try:
        completion.finish(upload)
    except ObjectMissing:
        return closing.give_up(upload)
    except (FileRefused, QuotaExceeded, uploads.UploadCanceled):
        pass  # it is closed, and what arrived is deleted
    return True


def _abort(upload: Upload) -> bool:
    for place in originals().places():
        if isinstance(place, BucketStorage):
            multipart.abort(place, upload.key, upload.multipart_id)
    return bool(Upload.objects.filter(pk=upload.pk).update(multipart_id=""))


def _abort_unknown(name: StoredObject.Storage) -> int:
    if installation.guests(name):
        return 0
    storage = originals() if name == StoredObject.Storage.ORIGINALS else outputs()
    listed = islice(storage.unfinished(), _LISTED)
    old = unknown.deletable(name, listed, since=installation.row().adopted_at)
    keys = [one.key for one in old][:_BATCH]
    written = StoredObject.objects.filter(
        storage=name, key__in=keys, state=StoredObject.State.WRITING
    )
    named = set(written.values_list("key", flat=True))
    return multipart.abort_all(storage, [key for key in keys if key not in named])
