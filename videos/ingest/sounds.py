"""Take in the file of an audio track: store the bytes, and have the audio made."""

from __future__ import annotations

from typing import Any

from django.conf import settings as site
from django.db import transaction

from videos.fetching import urls
from videos.ingest import closing
from videos.ingest.services import (
    ArrivedFile,
    EmptyFile,
    let_go_of_database,
    storing_takes_at_most,
)
from videos.ingest.uploads import UploadNotAllowed
from videos.models import Track, Video
from videos.storage import StorageUnavailable, originals
from videos.tracks import services, sound_files
from videos.tracks.sound_files import FileGivenUp

_CONTENT_TYPE = "application/octet-stream"


def take(video: Video, file: ArrivedFile, **facts: Any) -> Track:
    """Store an arrived file as an audio track of a video, which is processing then; ``facts`` are
    columns of the track. Raises ``EmptyFile``, ``UploadNotAllowed``, ``QuotaExceeded``,
    ``StorageUnavailable``, ``FileGivenUp``, and what ``services.add`` raises; nothing is kept
    then."""
    if file.size == 0:
        raise EmptyFile
    _require_allowed(video)
    upload = sound_files.begin(
        video.owner_id,
        protocol=file.protocol,
        filename=file.filename,
        size=file.size,
        lasting=storing_takes_at_most(file.size),
    )
    let_go_of_database()
    try:
        originals().take_file(upload.key, file.path, content_type=_CONTENT_TYPE)
    except StorageUnavailable:
        closing.close(upload, code="storage_unavailable", message="The storage could not save it.")
        raise
    try:
        with transaction.atomic():
            track = services.add(
                video.pk,
                origin=Track.Origin.FILE,
                filename=file.filename,
                original_key=upload.key,
                original_bytes=file.size,
                **facts,
            )
            sound_files.confirm(upload, video.pk)
    except (services.TooManyTracks, Video.DoesNotExist, FileGivenUp):
        closing.forget(upload)
        raise
    return track


def take_url(video: Video, url: str, **facts: Any) -> Track:
    """Add an audio track whose file is fetched by the task that makes the audio. Raises
    ``UrlWrong``, and what ``services.add`` raises."""
    urls.require_fetchable(url, site.FETCH_PRIVATE)
    _require_allowed(video)
    return services.add(video.pk, origin=Track.Origin.URL, url=url, **facts)


def _require_allowed(video: Video) -> None:
    """Raise ``UploadNotAllowed`` or ``TooManyTracks`` before anything is stored."""
    if not video.owner.can_upload:
        raise UploadNotAllowed
    services.require_room(video.pk)
