"""Take a file in: the video first, then its bytes, then its processing."""

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
# The bytes are here already: whoever has not stored them an hour after the time they take over a
# slow line died doing it.
_STORING_TAKES = timedelta(hours=1)
_SLOWEST_BYTES_A_SECOND = 250_000


class UploadNotAllowed(Exception):
    """Raised when a user may not hand in videos."""


class UploadCanceled(Exception):
    """Raised when a video was canceled, deleted or given up while its bytes were being stored."""


class EmptyFile(Exception):
    """Raised when a file holds no byte."""


@dataclass(frozen=True)
class Description:
    """What its owner says of a video."""

    title: str = ""
    description: str = ""
    visibility: str = Video.Visibility.PRIVATE


@dataclass(frozen=True)
class ArrivedFile:
    """A whole file on the local disk; ``sha256`` in hex. Unless kept, storing consumes it."""

    path: Path
    filename: str
    size: int
    sha256: str
    origin: str
    keep: bool = False


def take_file(owner: User, file: ArrivedFile, about: Description) -> Video:
    """Store an arrived file and start its processing.

    Raises ``UploadNotAllowed``, ``EmptyFile``, ``UploadCanceled`` (the bytes are deleted again), or
    ``StorageUnavailable`` (the video then stands as failed, with that reason).
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
    """Measure and hash a local file that is to be kept where it is."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_READ_BYTES):
            digest.update(block)
            size += len(block)
    return ArrivedFile(path, clean_filename(path.name), size, digest.hexdigest(), origin, keep=True)


def clean_filename(name: str) -> str:
    """A file's name as it may be shown: its last part, without control characters."""
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
    """Storing may take minutes: others can use the connection meanwhile."""
    if not connection.in_atomic_block:
        connection.close()


def _storing_takes_at_most(size: int) -> timedelta:
    return _STORING_TAKES + timedelta(seconds=size / _SLOWEST_BYTES_A_SECOND)


def _store(key: str, file: ArrivedFile) -> None:
    move = originals().put_file if file.keep else originals().take_file
    move(key, file.path, content_type="application/octet-stream")


def _finish(upload: Upload, file: ArrivedFile) -> Video:
    """The video first, then the upload, as whoever closes or purges it does."""
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
