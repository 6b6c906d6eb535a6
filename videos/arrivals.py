"""Uploads whose bytes a job brings: store under a key of its own, take in, or end it.

Called inside the transactions of the pipeline, which lock a run before its video, and the video
before its upload.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from processing.models import Run
from videos import duplicates, keys, lifecycle, naming, objects, quotas
from videos.models import Release, Source, Upload, Video

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
    run: Run,
    *,
    size: int,
    sha256: str,
    filename: str = "",
    title: str = "",
    provenance: Mapping[str, Any] | None = None,
) -> Source | None:
    """Make the stored bytes the source of the upload's video and of its run; the video is then
    being processed. Returns None if the video was made ready with the release of a duplicate.

    With a ``filename`` that the server gave, the source is called so, and the video too, or by its
    ``title`` there, unless the request named them. What is known of where it came from is added to
    the video's ``provenance``. Raises ``UploadOver``, ``duplicates.Duplicate``,
    ``quotas.QuotaExceeded`` or ``lifecycle.InvalidTransition``.
    """
    video = Video.objects.get(upload=upload)
    asked = upload.settings.get("on_duplicate", duplicates.KEEP)
    other = duplicates.found(video, sha256, asked)
    is_named = upload.settings.get("named") or not filename
    named = upload.filename if is_named else naming.clean_filename(filename)
    if other and asked == duplicates.SHARE and share(video, run, sha256):
        _describe(video, upload, title or naming.title_of(named), provenance or {})
        _close(upload, size)
        objects.mark_original(upload.key, at_once=True)
        return None
    video = Video.objects.select_for_update(of=("self",)).get(upload=upload)
    _describe(video, upload, title or naming.title_of(named), provenance or {})
    quotas.take_size(upload, size)
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
    _close(upload, size)
    if not objects.confirm_original(upload, source):
        raise UploadOver
    Run.objects.filter(pk=run.pk).update(source=source)
    return source


def share(video: Video, run: Run, sha256: str) -> bool:
    """Make a video ready with the release of a duplicate, if there is one that its run would make
    as well; return whether it is. The run, which is locked, then has neither source nor release."""
    other = duplicates.sharable(video, sha256, run.profile)
    if other is None or not duplicates.share(video, other, run.profile):
        return False
    Release.objects.filter(pk=run.pk, state=Release.State.GROWING).update(
        state=Release.State.RETIRED
    )
    _let_go_of_source(run)
    return True


def refuse(run: Run) -> None:
    """Let go of the bytes of a video that failed because it is a duplicate; its run is locked."""
    Video.objects.filter(pk=run.video_id, source=run.source_id).update(source=None)
    _let_go_of_source(run)


def _let_go_of_source(run: Run) -> None:
    """Take the source of a run from it, and delete it unless something else uses it."""
    if run.source_id is None:
        return
    Run.objects.filter(video=run.video_id, source=run.source_id).update(source=None)
    rows = Source.objects.select_for_update(of=("self",)).filter(pk=run.source_id)
    unused = rows.filter(videos=None, runs=None, image=None)
    for source in unused:
        if source.dropped_at is None:
            objects.mark_original(source.key, at_once=True)
        source.delete()


def _describe(video: Video, upload: Upload, title: str, provenance: Mapping[str, Any]) -> None:
    """Call a video as its file is called, unless the request or its owner named it, and add where
    it came from."""
    every = Video.objects.filter(pk=video.pk)
    if "title" in upload.settings and video.title == upload.settings["title"]:
        every.update(title=title)
    if provenance:
        video.provenance = {**video.provenance, **provenance}
        every.update(provenance=video.provenance)


def _close(upload: Upload, size: int) -> None:
    """Close an upload whose bytes are stored. Raises ``UploadOver``."""
    finished = Upload.objects.filter(pk=upload.pk, finished_at=None, key=upload.key).update(
        received=size, size=size, finished_at=Now(), settings=upload.settings_kept
    )
    if not finished:
        raise UploadOver


def abandon(video_id: UUID, *, code: str = "") -> None:
    """Close the unfinished upload of a video, if there is one, and mark its original."""
    for upload in Upload.objects.select_for_update().filter(video=video_id, finished_at=None):
        Upload.objects.filter(pk=upload.pk).update(
            finished_at=Now(), error_code=code, settings=upload.settings_kept
        )
        objects.mark_original(upload.key)
