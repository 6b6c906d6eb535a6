"""Take in images: decode them in a sandbox, store the original beside what may be shown of it.

An image is complete when this returns. Until then an upload's row stands for it, so that nothing
stays in the storages of a process that was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings as site
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from accounts.models import User
from processing.images.examine import Examined, ImageTooLarge
from videos import folders, idempotency, keys, objects, quotas
from videos.events import log
from videos.ingest import closing, uploads
from videos.ingest.examining import PATIENCE_SECONDS, examined
from videos.ingest.services import ArrivedFile, EmptyFile, FileChanged, storing_takes_at_most
from videos.models import Folder, Image, Source, StoredObject, Upload
from videos.storage import StorageUnavailable, originals, outputs

TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
}
_TITLE_LENGTH = 200


@dataclass(frozen=True)
class ImageSettings:
    """The settings of a new image; ``folder`` is the id of one of the owner's folders."""

    title: str = ""
    folder: UUID | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    external_id: str = ""
    expires_at: datetime | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return the settings that are fields of the image, besides its title."""
        return {
            "folder_id": self.folder,
            "tags": list(self.tags),
            "metadata": dict(self.metadata),
            "external_id": self.external_id,
            "expires_at": self.expires_at,
            "provenance": dict(self.provenance),
        }


def nothing(image: Image) -> None:
    """Record nothing of an image."""


def take_image(
    owner: User,
    file: ArrivedFile,
    settings: ImageSettings,
    *,
    origin_url: str = "",
    patience: float = PATIENCE_SECONDS,
    record: Callable[[Image], None] = nothing,
    within_quotas: bool = True,
) -> Image:
    """Decode and store an arrived file as an image. ``patience`` is how many seconds it waits while
    others are decoded. ``record`` is called in the transaction that writes its row; what it raises
    leaves no image.

    Raises ``EmptyFile``, ``ImageInvalid``, ``ImageTooLarge``, ``ImagesUnavailable``,
    ``StorageUnavailable``, ``UploadCanceled``, ``UploadNotAllowed``, ``NoSuchFolder``,
    ``ExternalIdTaken`` or, if the image is to stay ``within_quotas``, ``QuotaExceeded``. Nothing is
    kept of a refused file.
    """
    require_allowed(owner, settings)
    if file.size == 0:
        raise EmptyFile
    if file.size > site.MAX_IMAGE_BYTES:
        raise ImageTooLarge
    _let_go_of_database()
    with examined(file.path, patience=patience) as found:
        upload, image = _begun(
            owner, file, settings, found, origin_url=origin_url, within_quotas=within_quotas
        )
        _store(upload, image, file, found)
    try:
        return _finish(upload, image, file, record)
    except (uploads.UploadCanceled, uploads.ExternalIdTaken, folders.NoSuchFolder):
        closing.forget(upload)
        raise


def require_readable(path: Path) -> None:
    """Raise ``EmptyFile``, ``ImageInvalid``, ``ImageTooLarge`` or ``ImagesUnavailable`` for a file
    that could not be taken in."""
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile
    if size > site.MAX_IMAGE_BYTES:
        raise ImageTooLarge
    with examined(path):
        pass


def require_allowed(owner: User, settings: ImageSettings) -> None:
    """Raise ``UploadNotAllowed``, ``NoSuchFolder`` or ``ExternalIdTaken`` before bytes arrive."""
    if not owner.may_upload:
        raise uploads.UploadNotAllowed
    if settings.folder and not Folder.objects.filter(pk=settings.folder, owner=owner).exists():
        raise folders.NoSuchFolder
    named_so = Image.objects.filter(owner=owner, external_id=settings.external_id, deleted_at=None)
    if settings.external_id and named_so.exists():
        raise uploads.ExternalIdTaken


def _begun(
    owner: User,
    file: ArrivedFile,
    settings: ImageSettings,
    found: Examined,
    *,
    origin_url: str,
    within_quotas: bool,
) -> tuple[Upload, Image]:
    """Register the upload with its objects; return it with the image, whose row is not written
    yet."""
    image_id = uuid7()
    image = Image(
        pk=image_id,
        owner=owner,
        title=settings.title or _title_of(file.filename),
        format=found.format,
        width=found.width,
        height=found.height,
        copy_key=keys.in_image(image_id, found.files["copy"].name),
        copy_bytes=found.files["copy"].stat().st_size,
        thumbnail_key=keys.in_image(image_id, found.files["thumbnail"].name),
        thumbnail_bytes=found.files["thumbnail"].stat().st_size,
        **settings.columns(),
    )
    with transaction.atomic():
        if within_quotas:
            quotas.reserve_bytes(owner, file.size)
        upload = Upload.objects.create(
            owner=owner,
            protocol=file.protocol,
            key=keys.new_original(),
            filename=file.filename,
            size=file.size,
            origin_url=origin_url,
            expires_at=Now() + storing_takes_at_most(file.size),
        )
        objects.write_ahead_original(upload)
        objects.write_ahead(_planned(image), token=upload.pk)
    return upload, image


def _planned(image: Image) -> list[objects.Planned]:
    role = StoredObject.Role
    copy_type = TYPES[PurePosixPath(image.copy_key).suffix]
    return [
        objects.Planned(image.copy_key, role.IMAGE, copy_type, image.copy_bytes),
        objects.Planned(image.thumbnail_key, role.THUMBNAIL, TYPES[".jpg"], image.thumbnail_bytes),
    ]


def _store(upload: Upload, image: Image, file: ArrivedFile, found: Examined) -> None:
    _let_go_of_database()
    copy, thumbnail = _planned(image)
    put_original = originals().put_file if file.keep else originals().take_file
    try:
        outputs().put_file(copy.key, found.files["copy"], content_type=copy.content_type)
        outputs().put_file(
            thumbnail.key, found.files["thumbnail"], content_type=thumbnail.content_type
        )
        put_original(upload.key, file.path, content_type="application/octet-stream")
        file.require_unchanged()
    except FileChanged:
        closing.forget(upload)
        raise
    except StorageUnavailable:
        closing.close(
            upload, code="storage_unavailable", message="The storage could not save the file."
        )
        raise


def _finish(
    upload: Upload, image: Image, file: ArrivedFile, record: Callable[[Image], None]
) -> Image:
    """Write the image's row, unless its upload was closed meanwhile."""
    protocol = str(file.protocol)
    with transaction.atomic():
        if image.folder_id:
            folders.hold(image.folder_id, image.owner_id)
        if not Upload.objects.select_for_update().filter(pk=upload.pk, finished_at=None).exists():
            raise uploads.UploadCanceled
        image.source = Source.objects.create(
            owner_id=upload.owner_id,
            key=upload.key,
            filename=upload.filename,
            size=file.size,
            sha256=file.sha256,
            origin=protocol if protocol in Source.Origin.values else Source.Origin.UPLOAD,
            origin_url=upload.origin_url,
            provenance=image.provenance,
        )
        confirmed = objects.confirm_original(upload, image.source)
        if not confirmed or objects.confirm(upload.pk) != len(_planned(image)):
            raise uploads.UploadCanceled
        _insert(image)
        record(image)
        log.write_images("image.created", [image])
        Upload.objects.filter(pk=upload.pk).delete()
        idempotency.note("image", image.pk)
    return image


def _insert(image: Image) -> None:
    try:
        with transaction.atomic():
            image.save(force_insert=True)
    except IntegrityError as error:
        if image.external_id:
            raise uploads.ExternalIdTaken from error
        raise


def _title_of(filename: str) -> str:
    stem = PurePosixPath(filename).stem.replace("_", " ").strip()
    return stem[:_TITLE_LENGTH] or "Untitled"


def _let_go_of_database() -> None:
    """Close the database connection: others can use it meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
