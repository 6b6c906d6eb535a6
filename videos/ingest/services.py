"""Take in a whole file from the local disk: store the bytes, then start the processing."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import connection

from accounts.models import User
from videos import duplicates
from videos.ingest import closing, posters, uploads
from videos.ingest.posters import Poster
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import UploadCanceled, clean_filename
from videos.models import Upload, Video
from videos.storage import StorageUnavailable, originals

_READ_BYTES = 1024**2
# All bytes are here when storing begins. A process that has not stored them after the time that a
# slow line takes plus an hour has died.
_STORING_TAKES = timedelta(hours=1)
_SLOWEST_BYTES_A_SECOND = 250_000


class EmptyFile(Exception):
    """Raised when a file is empty."""


@dataclass(frozen=True)
class ArrivedFile:
    """A complete file on the local disk; ``sha256`` in hex. Storing moves it away unless ``keep``
    is set."""

    path: Path
    filename: str
    size: int
    sha256: str
    protocol: Upload.Protocol
    keep: bool = False


def take_file(
    owner: User, file: ArrivedFile, settings: VideoSettings, poster: Poster | None = None
) -> Video:
    """Store an arrived file, with the poster that came with it, and start its processing.

    Raises ``EmptyFile``, ``Duplicate`` (nothing is kept), ``UploadCanceled`` (the bytes are deleted
    again), ``StorageUnavailable`` (the video is then marked as failed for that reason), and what
    ``uploads.create`` raises.
    """
    if not owner.can_upload:
        raise uploads.UploadNotAllowed
    if file.size == 0:
        raise EmptyFile
    duplicates.require_none(owner, file.sha256, settings.on_duplicate)
    upload = uploads.create(
        owner,
        settings,
        protocol=file.protocol,
        filename=file.filename,
        size=file.size,
        expires_in=storing_takes_at_most(file.size),
        receiving=True,
    )
    try:
        if poster is not None:
            posters.give(upload, poster)
        return store_and_finish(upload, file)
    except StorageUnavailable:
        closing.close(
            upload,
            code="storage_unavailable",
            message="The storage could not save the file. Upload it again.",
        )
        raise


def store_and_finish(upload: Upload, file: ArrivedFile) -> Video:
    """Store the file of an upload and finish it.

    Raises ``UploadCanceled`` (the bytes are deleted again), or ``StorageUnavailable``: the file and
    the upload then stay as they are, for another try.
    """
    _let_go_of_database()
    move = originals().put_file if file.keep else originals().take_file
    move(upload.key, file.path, content_type="application/octet-stream")
    try:
        return uploads.finish(upload, uploads.Stored(file.size, file.sha256))
    except UploadCanceled:
        closing.forget(upload)
        raise


def describe_file(path: Path, *, protocol: Upload.Protocol) -> ArrivedFile:
    """Measure and hash a local file that is to stay where it is."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_READ_BYTES):
            digest.update(block)
            size += len(block)
    sha256 = digest.hexdigest()
    return ArrivedFile(path, clean_filename(path.name), size, sha256, protocol, keep=True)


def storing_takes_at_most(size: int) -> timedelta:
    """Return how long storing this many bytes may take before its process counts as dead."""
    return _STORING_TAKES + timedelta(seconds=size / _SLOWEST_BYTES_A_SECOND)


def _let_go_of_database() -> None:
    """Close the database connection: storing may take minutes, and others can use it meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
