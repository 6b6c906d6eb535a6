"""Take in a whole file from the local disk: store the bytes, then start the processing."""

import hashlib
from collections.abc import Callable
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


class FileChanged(Exception):
    """Raised when a local file was written to after it was hashed. Its bytes are stored; the caller
    discards them."""


@dataclass(frozen=True)
class ArrivedFile:
    """A complete file on the local disk; ``sha256`` in hex. Storing moves it away unless ``keep``
    is set. ``stamp`` tells the state in which it was hashed, if others may write to it."""

    path: Path
    filename: str
    size: int
    sha256: str
    protocol: Upload.Protocol
    keep: bool = False
    stamp: tuple[int, int] | None = None

    def require_unchanged(self) -> None:
        """Raise ``FileChanged`` if the file was written to since it was hashed."""
        if self.stamp is not None and self.stamp != _stamp(self.path):
            raise FileChanged


def take_file(
    owner: User, file: ArrivedFile, settings: VideoSettings, poster: Poster | None = None
) -> Video:
    """Store an arrived file, with the poster that came with it, and start its processing.

    Raises ``EmptyFile``, ``Duplicate`` (nothing is kept), ``UploadCanceled`` (the bytes are deleted
    again), ``StorageUnavailable`` (the video is then marked as failed for that reason), and what
    ``uploads.create`` raises.
    """
    return store_begun(begin_file(owner, file, settings), file, poster)


def begin_file(
    owner: User,
    file: ArrivedFile,
    settings: VideoSettings,
    *,
    origin_url: str = "",
    limits: uploads.Limits | None = None,
) -> Upload:
    """Create the upload and the video of an arrived file. Raises as ``take_file`` does."""
    if not owner.may_upload:
        raise uploads.UploadNotAllowed
    if file.size == 0:
        raise EmptyFile
    duplicates.require_none(owner, file.sha256, settings.on_duplicate)
    return uploads.create(
        owner,
        settings,
        protocol=file.protocol,
        filename=file.filename,
        size=file.size,
        expires_in=storing_takes_at_most(file.size),
        limits=limits,
        origin_url=origin_url,
        receiving=True,
    )


def store_begun(upload: Upload, file: ArrivedFile, poster: Poster | None = None) -> Video:
    """Store the file of an upload that was created for it, with the poster that came with it, and
    finish the upload. Raises as ``take_file`` does."""
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

    Raises ``UploadCanceled`` (the bytes are deleted again), or ``StorageUnavailable`` or
    ``FileChanged``: the file and the upload then stay as they are.
    """
    let_go_of_database()
    move = originals().put_file if file.keep else originals().take_file
    move(upload.key, file.path, content_type="application/octet-stream")
    file.require_unchanged()
    try:
        return uploads.finish(upload, uploads.Stored(file.size, file.sha256))
    except UploadCanceled:
        closing.forget(upload)
        raise


def describe_file(
    path: Path, *, protocol: Upload.Protocol, read: Callable[[int], None] = lambda _: None
) -> ArrivedFile:
    """Measure and hash a local file that is to stay where it is; ``read`` is told each count of
    bytes."""
    digest, size, stamp = hashlib.sha256(), 0, _stamp(path)
    with path.open("rb") as stream:
        while block := stream.read(_READ_BYTES):
            digest.update(block)
            size += len(block)
            read(len(block))
    sha256 = digest.hexdigest()
    name = clean_filename(path.name)
    return ArrivedFile(path, name, size, sha256, protocol, keep=True, stamp=stamp)


def storing_takes_at_most(size: int) -> timedelta:
    """Return how long storing this many bytes may take before its process counts as dead."""
    return _STORING_TAKES + timedelta(seconds=size / _SLOWEST_BYTES_A_SECOND)


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes whenever a file is written to."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def let_go_of_database() -> None:
    """Close the database connection: storing may take minutes, and others can use it meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
