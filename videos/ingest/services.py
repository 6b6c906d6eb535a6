"""Take in a file: create the video, store the bytes, then start the processing."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from processing import services as processing
from processing.ffmpeg import names
from videos import keys, lifecycle, objects
from videos.events import log
from videos.ingest import closing
from videos.models import Source, Upload, Video
from videos.moderation import policy
from videos.storage import StorageUnavailable, originals

_READ_BYTES = 1024**2
_NAME_LENGTH = 255
# All bytes are here when storing begins. A process that has not stored them after the time that a
# slow line takes plus an hour has died.
_STORING_TAKES = timedelta(hours=1)
_SLOWEST_BYTES_A_SECOND = 250_000


class UploadNotAllowed(Exception):
    """Raised when a user may not upload videos."""


class UploadCanceled(Exception):
    """Raised when a video was canceled, deleted or given up while its bytes were being stored."""


class EmptyFile(Exception):
    """Raised when a file is empty."""


@dataclass(frozen=True)
class Description:
    """The title, description and visibility that the owner gives a video."""

    title: str = ""
    description: str = ""
    visibility: str = Video.Visibility.PRIVATE


@dataclass(frozen=True)
class ArrivedFile:
    """A complete file on the local disk; ``sha256`` in hex. Storing moves it away unless ``keep``
    is set."""

    path: Path
    filename: str
    size: int
    sha256: str
    origin: str
    keep: bool = False


def take_file(owner: User, file: ArrivedFile, about: Description) -> Video:
    """Store an arrived file and start its processing.

    Raises ``UploadNotAllowed``, ``EmptyFile``, ``UploadCanceled`` (the bytes are deleted again), or
    ``StorageUnavailable`` (the video is then marked as failed for that reason).
    """
    if not owner.can_upload:
        raise UploadNotAllowed
    if file.size == 0:
        raise EmptyFile
    upload = _begin(owner, file, about)
    _let_go_of_database()
    try:
        _store(upload.key, file)
    except StorageUnavailable:
        closing.close(
            upload,
            code="storage_unavailable",
            message="The storage could not save the file. Upload it again.",
        )
        raise
    try:
        return _finish(upload, file)
    except UploadCanceled:
        closing.forget(upload)
        raise


def describe_file(path: Path, *, origin: str) -> ArrivedFile:
    """Measure and hash a local file that is to stay where it is."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_READ_BYTES):
            digest.update(block)
            size += len(block)
    return ArrivedFile(path, clean_filename(path.name), size, digest.hexdigest(), origin, keep=True)


def clean_filename(name: str) -> str:
    """Return a file's name for display: its last part, without control characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return names.shown(last)[:_NAME_LENGTH] or "unnamed"


def _begin(owner: User, file: ArrivedFile, about: Description) -> Upload:
    with transaction.atomic():
        video = Video.objects.create(
            owner=owner,
            title=about.title or _title_of(file.filename),
            description=about.description,
            visibility=about.visibility,
            status=Video.Status.UPLOADING,
            moderation=policy.first_state(owner),
        )
        upload = Upload.objects.create(
            owner=owner,
            video=video,
            key=keys.new_original(),
            filename=file.filename,
            size=file.size,
            expires_at=Now() + _storing_takes_at_most(file.size),
        )
        objects.write_ahead_original(upload)
        log.write("video.created", video)
        return upload


def _let_go_of_database() -> None:
    """Close the database connection: storing may take minutes, and others can use it meanwhile."""
    if not connection.in_atomic_block:
        connection.close()


def _storing_takes_at_most(size: int) -> timedelta:
    return _STORING_TAKES + timedelta(seconds=size / _SLOWEST_BYTES_A_SECOND)


def _store(key: str, file: ArrivedFile) -> None:
    move = originals().put_file if file.keep else originals().take_file
    move(key, file.path, content_type="application/octet-stream")


def _finish(upload: Upload, file: ArrivedFile) -> Video:
    """Start the processing, then finish the upload. Closing and purging take the rows in the same
    order, the video before the upload."""
    with transaction.atomic():
        source = Source.objects.create(
            owner_id=upload.owner_id,
            key=upload.key,
            filename=file.filename,
            size=file.size,
            sha256=file.sha256,
            origin=file.origin,
        )
        try:
            processing.begin(upload.video, source)
        except lifecycle.InvalidTransition as error:
            raise UploadCanceled from error
        open_still = Upload.objects.filter(pk=upload.pk, finished_at=None)
        closed = open_still.update(received=file.size, finished_at=Now())
        if not closed or not objects.confirm_original(upload, source):
            raise UploadCanceled
    return upload.video


def _title_of(filename: str) -> str:
    stem = PurePosixPath(filename).stem.replace("_", " ").strip()
    return stem[:200] or "Untitled"
