"""Uploads whose bytes a job brings: store under a key of its own, take in, or end it.

Called inside the transactions of the pipeline, which lock a run before its video, and the video
before its upload.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from videos import keys, lifecycle, naming, objects
from videos.models import Source, Upload, Video

ORIGINS: Mapping[str, Source.Origin] = {
    Upload.Protocol.URL: Source.Origin.URL,
    Upload.Protocol.SITE: Source.Origin.SITE,
    Upload.Protocol.HOOK: Source.Origin.HOOK,
    Upload.Protocol.COMMAND: Source.Origin.COMMAND,
}
"""The origin of a source by the way it came; all others are uploads."""


class UploadOver(Exception):
    """Raised when an upload was closed, or another attempt stores it."""


def open_upload(video_id: UUID) -> Upload:
    """Return the unfinished upload of a video. Raises ``UploadOver``."""
    upload = Upload.objects.filter(video=video_id, finished_at=None).first()
    if upload is None:
        raise UploadOver
    return upload


def report(upload_id: UUID, *, received: int, size: int | None, bytes_a_second: float) -> None:
    """Record how much has arrived and how fast."""
    Upload.objects.filter(pk=upload_id, finished_at=None).update(
        received=received, size=size, bytes_a_second=round(bytes_a_second)
    )


def new_key(upload: Upload) -> str:
    """Give an upload a key that only the caller writes, and return it. Raises ``UploadOver``.

    A stale attempt may still write under the key before, so that is marked for deletion.
    """
    key = keys.new_original()
    with transaction.atomic():
        still_open = Upload.objects.filter(pk=upload.pk, finished_at=None, key=upload.key)
        if not still_open.update(key=key):
            raise UploadOver
        objects.mark_original(upload.key)
        upload.key = key
        objects.write_ahead_original(upload)
    return key


def take_in(
    upload: Upload,
    *,
    size: int,
    sha256: str,
    filename: str = "",
    title: str = "",
    provenance: Mapping[str, Any] | None = None,
) -> Source:
    """Make the stored bytes the source of the upload's video, which is then being processed.

    With a ``filename`` that the server gave, the source is called so, and the video too, or by its
    ``title`` there, unless the request named them. What is known of where it came from is added to
    the video's ``provenance``. Raises ``UploadOver``, or ``lifecycle.InvalidTransition``.
    """
    video = Video.objects.select_for_update(of=("self",)).get(upload=upload)
    is_named = upload.settings.get("named") or not filename
    named = upload.filename if is_named else naming.clean_filename(filename)
    if "title" in upload.settings and video.title == upload.settings["title"]:
        Video.objects.filter(pk=video.pk).update(title=title or naming.title_of(named))
    if provenance:
        video.provenance = {**video.provenance, **provenance}
        Video.objects.filter(pk=video.pk).update(provenance=video.provenance)
    source = Source.objects.create(
        owner_id=upload.owner_id,
        key=upload.key,
        filename=named,
        size=size,
        sha256=sha256,
        origin=ORIGINS.get(upload.protocol, Source.Origin.UPLOAD),
        origin_url=upload.origin_url,
        provenance=video.provenance,
    )
    lifecycle.finish_upload(video.pk, source=source)
    finished = Upload.objects.filter(pk=upload.pk, finished_at=None, key=upload.key).update(
        received=size, size=size, finished_at=Now(), settings=upload.settings_kept
    )
    if not finished or not objects.confirm_original(upload, source):
        raise UploadOver
    return source


def abandon(video_id: UUID, *, code: str = "") -> None:
    """Close the unfinished upload of a video, if there is one, and mark its original."""
    for upload in Upload.objects.select_for_update().filter(video=video_id, finished_at=None):
        Upload.objects.filter(pk=upload.pk).update(
            finished_at=Now(), error_code=code, settings=upload.settings_kept
        )
        objects.mark_original(upload.key)
