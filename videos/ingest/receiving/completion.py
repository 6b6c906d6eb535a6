"""Finish an upload whose bytes have all arrived; each step can be done again after a crash."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from videos.each_row import act_on_each
from videos.ingest import closing, services, uploads
from videos.ingest.receiving import hashing, joined, locks
from videos.ingest.receiving.begin import begin
from videos.ingest.receiving.errors import UploadOver
from videos.ingest.receiving.spool import discard, doubtful_from, is_stored, path_of, place
from videos.models import Upload, Video
from videos.quotas import QuotaExceeded
from videos.upload_parts import PARTS, parts_for, parts_of

_STREAMED = (Upload.Protocol.TUS, Upload.Protocol.DELEGATED)
_BATCH = 100
_OF_UPLOAD = re.compile(r"[0-9a-f]{32}")


def complete_locked(upload_id: UUID, *, sha256: str = "") -> Video:
    """Store an upload's file and start the processing; the caller holds the upload's lock.

    The file has all bytes of the upload. Its hash is computed if it is not given. Raises
    ``UploadOver``, and what ``services.store_and_finish`` raises.
    """
    upload = Upload.objects.select_related("video").filter(pk=upload_id).first()
    if upload is None or upload.finished_at is not None:
        raise UploadOver(upload.video_id if upload and not upload.error_code else None)
    path = path_of(upload_id)
    begin(upload)
    if not path.exists() and is_stored(upload):
        video = _finish_stored(upload)
    else:
        if parts_of(upload) and not _is_whole(upload, path):
            sha256 = _join(upload)
        size = path.stat().st_size
        _note_whole(upload, size)  # whoever finds no file any more then looks in the storage
        hashed = sha256 or hashing.of_file(path)
        file = services.ArrivedFile(
            path, upload.filename, size, hashed, Upload.Protocol(upload.protocol)
        )
        video = _stored(upload, file)
    discard(upload_id)
    joined.forget_parts(upload)
    return video


def complete_one(upload_id: UUID) -> Video | None:
    """Complete an upload that is whole, unless another process is at it (None)."""
    lock = locks.try_lock(upload_id)
    if lock is None:
        return None
    try:
        return complete_locked(upload_id)
    finally:
        lock.release()


def cancel(upload: Upload) -> None:
    """End an upload that is not wanted any more, and delete what has arrived, also of its parts.
    Its video fails if it still waits for the file."""
    ids = [upload.pk, *parts_for(upload).values_list("pk", flat=True)]
    closing.close(upload, code=Upload.CANCELED, message="The upload was canceled.")
    for one in ids:
        discard(one)


def complete_arrived() -> int:
    """Complete the uploads whose bytes have all arrived on this server, but whose process died
    before it finished them; return how many."""
    here = {
        UUID(path.stem): path
        for path in Path(settings.UPLOAD_DIR).glob("*.upload")
        if _OF_UPLOAD.fullmatch(path.stem)  # Django calls its own files tmp….upload
    }
    still_open = Upload.objects.filter(
        finished_at=None, protocol__in=_STREAMED, video__isnull=False, size__gt=0
    )
    lying = [one for one in still_open.filter(pk__in=list(here)) if _is_whole(one, here[one.pk])]
    elsewhere = Q(received=F("size")) | Q(settings__has_key=PARTS)
    moved = still_open.filter(elsewhere, machine=place()).exclude(pk__in=[one.pk for one in lying])
    return act_on_each([*lying, *moved[:_BATCH]], _complete, what="complete_arrived")


def _is_whole(upload: Upload, path: Path) -> bool:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return False
    return size == upload.size and size <= doubtful_from(upload.pk)


def _complete(upload: Upload) -> bool:
    """Complete an upload unless it lies in neither place: its bytes are sent again then."""
    is_here = parts_of(upload) or _is_whole(upload, path_of(upload.pk))
    if not is_here and not is_stored(upload):
        return False
    try:
        return complete_one(upload.pk) is not None
    except QuotaExceeded:
        return True  # it is closed, and its bytes are deleted


def _join(upload: Upload) -> str:
    try:
        return joined.join(upload)
    except FileNotFoundError as error:
        closing.give_up(upload)
        raise UploadOver from error


def _stored(upload: Upload, file: services.ArrivedFile) -> Video:
    try:
        return services.store_and_finish(upload, file)
    except QuotaExceeded:
        discard(upload.pk)
        joined.forget_parts(upload)
        raise


def _finish_stored(upload: Upload) -> Video:
    try:
        return uploads.finish(upload, uploads.Stored(upload.received))
    except uploads.UploadCanceled:
        closing.forget(upload)
        raise


def _note_whole(upload: Upload, size: int) -> None:
    Upload.objects.filter(pk=upload.pk, finished_at=None).update(
        received=size, size=size, machine=place()
    )
