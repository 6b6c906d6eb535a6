"""Begin a direct upload, sign the addresses of its parts, list them, and cancel it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from videos import clock, lifecycle
from videos.ingest import closing, uploads
from videos.ingest.direct import limits
from videos.ingest.direct.errors import (
    DirectUploadUnavailable,
    FileTooLarge,
    PartNumberWrong,
    UploadOver,
)
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video
from videos.storage import ObjectMissing, StorageUnavailable, multipart, originals
from videos.storage.multipart import Part
from videos.storage.s3 import BucketStorage

logger = structlog.get_logger(__name__)

ADDRESS_SECONDS = 3600
"""How long the address of a part can be used."""
# An upload is given up when no part of it was asked for this long.
_EXPIRES_IN = timedelta(days=1)
_PUT_OFF_EVERY = timedelta(minutes=30)
_BEGINNING_TAKES = timedelta(minutes=15)
_ARRIVING = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING)


@dataclass(frozen=True)
class Announced:
    """What a client says about the file that it will send; ``size`` in bytes, if it says so."""

    filename: str
    size: int | None = None


def bucket() -> BucketStorage:
    """Return the bucket of the originals. Raises ``DirectUploadUnavailable``."""
    found = multipart.place(originals())
    if found is None:
        raise DirectUploadUnavailable
    return found


def begin(owner: User, file: Announced, settings: VideoSettings) -> Upload:
    """Create an upload and its video, and begin the bucket's multipart upload.

    Raises ``DirectUploadUnavailable``, ``FileTooLarge``, ``UploadOver``, ``StorageUnavailable``
    (the video is then marked as failed for that reason), and what ``uploads.create`` raises.
    """
    store = bucket()
    if file.size is not None and file.size > multipart.LARGEST_OBJECT:
        raise FileTooLarge
    upload = uploads.create(
        owner,
        settings,
        protocol=Upload.Protocol.S3,
        filename=file.filename,
        size=file.size,
        expires_in=_BEGINNING_TAKES,
    )
    try:
        upload.multipart_id = multipart.begin(store, upload.key)
    except StorageUnavailable:
        message = "The storage could not take the file. Upload it again."
        closing.close(upload, code="storage_unavailable", message=message)
        raise
    still_open = Upload.objects.filter(pk=upload.pk, finished_at=None)
    if not still_open.update(multipart_id=upload.multipart_id, expires_at=Now() + _EXPIRES_IN):
        multipart.abort(store, upload.key, upload.multipart_id)
        raise UploadOver
    return upload


def found(owner: User, upload_id: UUID, key: str) -> Upload | None:
    """Return somebody's own direct upload with this key, whether it is over or not."""
    ours = Upload.objects.select_related("video", "owner").filter(protocol=Upload.Protocol.S3)
    return ours.filter(pk=upload_id, owner=owner, key=key).first()


def require_open(upload: Upload) -> None:
    """Raise ``UploadOver`` if nothing can arrive any more, or ``UploadNotAllowed``."""
    video = upload.video
    waits = video is not None and video.status in _ARRIVING and video.deleted_at is None
    if upload.finished_at is not None or not upload.multipart_id or not waits:
        raise UploadOver
    if not upload.owner.may_upload:
        raise uploads.UploadNotAllowed


def sign(upload: Upload, numbers: Iterable[int]) -> Mapping[int, str]:
    """Return the addresses of parts, by number. Raises ``UploadOver`` or ``PartNumberWrong``."""
    require_open(upload)
    wanted = list(numbers)
    if not all(limits.is_possible(upload, number) for number in wanted):
        raise PartNumberWrong
    _keep_open(upload)
    store, upload_id = bucket(), upload.multipart_id
    return {
        number: multipart.part_url(store, upload.key, upload_id, number, seconds=ADDRESS_SECONDS)
        for number in wanted
    }


def parts(upload: Upload) -> list[Part]:
    """Return the parts that have arrived. Raises ``UploadOver``."""
    require_open(upload)
    try:
        arrived = multipart.newest(multipart.arrived(bucket(), upload.key, upload.multipart_id))
    except ObjectMissing as error:
        raise UploadOver from error
    uploads.extend(upload.pk, received=sum(one.size for one in arrived), expires_in=_EXPIRES_IN)
    return arrived


def cancel(upload: Upload) -> None:
    """Cancel an upload and its video. Doing it twice is no error; raises ``UploadOver`` if the
    upload was finished."""
    with transaction.atomic():
        now = locked(upload)
        if now is None or (now.finished_at is not None and not now.error_code):
            raise UploadOver
        if now.finished_at is None:
            if now.video is not None and now.video.status in _ARRIVING:
                lifecycle.cancel(now.video.pk)
            closing.close(now, code="canceled", message="The upload was canceled.")
    if upload.multipart_id:
        abort(upload)


def locked(upload: Upload) -> Upload | None:
    """Lock the video and then the upload, as all do; return both as they are now, or None if they
    were purged."""
    if upload.video_id is not None:
        list(Video.objects.select_for_update(of=("self",)).filter(pk=upload.video_id))
    every = Upload.objects.select_for_update(of=("self",)).select_related("video")
    return every.filter(pk=upload.pk).first()


def abort(upload: Upload) -> None:
    """Abort the multipart upload of a closed upload. While the bucket is away nothing happens: the
    reconciler does it later."""
    try:
        multipart.abort(bucket(), upload.key, upload.multipart_id)
        Upload.objects.filter(pk=upload.pk).update(multipart_id="")
    except (StorageUnavailable, DirectUploadUnavailable) as error:
        logger.warning("multipart_not_aborted", upload=str(upload.pk), reason=str(error))


def _keep_open(upload: Upload) -> None:
    """Note that bytes arrive, and put off the expiry, not with every part."""
    try:
        uploads.begin_receiving(upload)
    except lifecycle.InvalidTransition as error:
        raise UploadOver from error
    if upload.expires_at < clock.now() + _EXPIRES_IN - _PUT_OFF_EVERY:
        still_open = Upload.objects.filter(pk=upload.pk, finished_at=None)
        still_open.update(expires_at=Now() + _EXPIRES_IN)
