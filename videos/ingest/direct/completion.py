"""Complete a direct upload: check the parts, make the object of them, and finish the upload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from videos import lifecycle
from videos.ingest import closing, uploads
from videos.ingest.direct import limits, receiving
from videos.ingest.direct.errors import (
    REASONS,
    FileRefused,
    PartsMissing,
    PartTooSmall,
    UploadOver,
)
from videos.models import Source, Upload, Video
from videos.quotas import QuotaExceeded, room_of
from videos.storage import ObjectMissing, StorageUnavailable, multipart, originals
from videos.storage.multipart import SMALLEST_PART, Part

# The reconciler looks whether the object is there when a completing process must have died.
_COMPLETING_TAKES = timedelta(minutes=15)


@dataclass(frozen=True)
class Named:
    """A part as the client names it."""

    number: int
    etag: str


def complete(upload: Upload, named: Sequence[Named]) -> Video:
    """Make the object of the named parts and finish the upload. It may be called again, at any time
    and from several processes.

    Raises ``PartsMissing`` or ``PartTooSmall`` (the upload stays open), a ``FileRefused`` or
    ``QuotaExceeded`` (what arrived is deleted), ``UploadOver``, ``UploadCanceled`` or
    ``StorageUnavailable``.
    """
    if upload.finished_at is not None:
        return _finished(upload)
    receiving.require_open(upload)
    try:
        parts = _chosen(receiving.parts(upload), named)
    except UploadOver:
        return _of_object(upload)  # the bucket may have completed it, and the answer was lost
    try:
        limits.require_parts(upload, parts)
        room_of(upload).require(sum(part.size for part in parts))
    except (FileRefused, QuotaExceeded) as reason:
        refuse(upload, reason)
        raise
    _require_begun(upload)
    still_open = Upload.objects.filter(pk=upload.pk, finished_at=None)
    still_open.update(expires_at=Now() + _COMPLETING_TAKES)
    _let_go_of_database()
    try:
        multipart.complete(receiving.bucket(), upload.key, upload.multipart_id, parts)
    except ObjectMissing:
        pass  # another request has just completed it, or it was aborted: the object tells
    except StorageUnavailable as error:
        return _if_there(upload, error)
    return _of_object(upload)


def finish(upload: Upload) -> Video:
    """Finish an upload whose object is in the bucket. Raises ``ObjectMissing`` if it is not, a
    ``FileRefused`` or ``QuotaExceeded`` (it is deleted then), or ``UploadCanceled``."""
    size = originals().object_size(upload.key)
    try:
        limits.require_size(upload, size)
    except FileRefused as reason:
        refuse(upload, reason)
        raise
    try:
        with transaction.atomic():
            now = receiving.locked(upload)
            if now is None:
                raise uploads.UploadCanceled
            if now.finished_at is not None:
                return _finished(now)
            _require_begun(now)
            video = uploads.finish(now, uploads.Stored(size))
            Upload.objects.filter(pk=now.pk).update(multipart_id="")
    except uploads.UploadCanceled:
        closing.forget(upload)
        raise
    except QuotaExceeded as reason:
        refuse(upload, reason)
        raise
    return video


def refuse(upload: Upload, reason: FileRefused | QuotaExceeded) -> None:
    """Close an upload for this reason, and delete what arrived."""
    closing.close(upload, code=reason.code, message=reason.message)
    receiving.abort(upload)


def _if_there(upload: Upload, error: StorageUnavailable) -> Video:
    """Finish the upload if the bucket made the object although it answered with an error."""
    try:
        return finish(upload)
    except ObjectMissing:
        raise error from None


def _of_object(upload: Upload) -> Video:
    try:
        return finish(upload)
    except ObjectMissing as error:
        raise UploadOver from error


def _chosen(arrived: Sequence[Part], named: Sequence[Named]) -> list[Part]:
    """Return the arrived parts that are named, in their order. Some buckets list what was sent
    first under a number beside what was sent again, so a part is known by both of its names."""
    by_name = {(one.number, one.etag): one for one in arrived}
    chosen = [by_name.get((one.number, one.etag)) for one in named]
    parts = [one for one in chosen if one is not None]
    numbers = [one.number for one in parts]
    if not parts or len(parts) < len(named) or numbers != sorted(set(numbers)):
        raise PartsMissing
    if any(one.size < SMALLEST_PART for one in parts[:-1]):
        raise PartTooSmall
    return parts


def _finished(upload: Upload) -> Video:
    """Return the video of a finished upload; raise why it came to nothing if it did."""
    if upload.error_code in REASONS:
        raise REASONS[upload.error_code]
    if upload.video is None or not Source.objects.filter(key=upload.key).exists():
        raise UploadOver
    return upload.video


def _require_begun(upload: Upload) -> None:
    try:
        uploads.begin_receiving(upload)
    except lifecycle.InvalidTransition as error:
        raise uploads.UploadCanceled from error


def _let_go_of_database() -> None:
    """Close the database connection: the bucket may take a minute, and others can use it
    meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
