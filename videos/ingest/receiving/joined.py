"""Uploads whose bytes come as several partial uploads at once, which are joined in order.

A partial upload has no video. The final one has, and names its parts in its settings, so that any
process can join them, also after a crash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from videos import idempotency, keys, quotas
from videos.ingest import uploads
from videos.ingest.receiving import spool
from videos.ingest.receiving.errors import DiskFull, PartsInvalid, TooManyBytes
from videos.ingest.services import EmptyFile
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import UploadNotAllowed
from videos.models import Upload
from videos.upload_parts import PARTS, open_parts_for, parts_of

_READ_BYTES = 1024**2


def create_part(
    owner: User, *, size: int | None, tus_metadata: str, expires_in: timedelta
) -> Upload:
    """Create a partial upload. Raises ``UploadNotAllowed`` or ``QuotaExceeded``."""
    if not owner.may_upload:
        raise UploadNotAllowed
    with transaction.atomic():
        quotas.reserve_bytes(owner, size)
        part = Upload.objects.create(
            owner=owner,
            machine=spool.place(),
            protocol=Upload.Protocol.TUS,
            key=keys.new_original(),
            filename="part",
            size=size,
            tus_metadata=tus_metadata,
            expires_at=Now() + expires_in,
        )
        idempotency.note("upload", part.pk)
    spool.path_of(part.pk).touch(0o640)
    return part


def create_final(
    owner: User,
    wanted: VideoSettings,
    part_ids: Sequence[UUID],
    *,
    filename: str,
    tus_metadata: str,
    expires_in: timedelta,
) -> Upload:
    """Create an upload of complete parts; ``complete_one`` joins them.

    Raises ``PartsInvalid``, ``EmptyFile``, ``TooManyBytes``, ``DiskFull``, ``UploadElsewhere``, and
    what ``uploads.create`` raises.
    """
    own = Upload.objects.filter(
        owner=owner, video=None, finished_at=None, protocol=Upload.Protocol.TUS
    )
    size = size_of_parts(own, part_ids)
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooManyBytes(settings.MAX_UPLOAD_BYTES)
    if not spool.has_room(size):
        raise DiskFull
    with transaction.atomic():
        upload = uploads.create(
            owner,
            wanted,
            protocol=Upload.Protocol.TUS,
            filename=filename,
            size=size,
            expires_in=expires_in,
            tus_metadata=tus_metadata,
            receiving=True,
            made_of=part_ids,
        )
        upload.settings[PARTS] = [str(one) for one in part_ids]
        upload.machine = spool.place()
        upload.save(update_fields=["settings", "machine"])
    return upload


def size_of_parts(parts: QuerySet[Upload], part_ids: Sequence[UUID]) -> int:
    """Return how many bytes the named ones of these parts have in all.

    Raises ``PartsInvalid`` if one is no such part, is not complete or is named twice, ``EmptyFile``
    or ``UploadElsewhere``.
    """
    rows = parts.in_bulk(list(part_ids))
    if len(rows) < len(set(part_ids)) or len(set(part_ids)) < len(part_ids):
        raise PartsInvalid
    for part in rows.values():
        if part.size is None or spool.offset_of(part) != part.size:
            raise PartsInvalid
    size = sum(part.size or 0 for part in rows.values())
    if size == 0:
        raise EmptyFile
    return size


def join(upload: Upload) -> str:
    """Write the parts into the file of the final upload, whose lock the caller holds; return the
    SHA-256. Raises ``FileNotFoundError`` if a part is gone."""
    digest = hashlib.sha256()
    with spool.path_of(upload.pk).open("wb") as whole:
        for part in parts_of(upload):
            with spool.path_of(part).open("rb") as file:
                while block := file.read(_READ_BYTES):
                    digest.update(block)
                    whole.write(block)
    return digest.hexdigest()


def forget_parts(upload: Upload) -> None:
    """Close the parts of a whole upload, and what else was created for it, and delete their
    files."""
    ids = {*parts_of(upload), *open_parts_for(upload).values_list("pk", flat=True)}
    Upload.objects.filter(pk__in=ids, finished_at=None).update(finished_at=Now())
    for part in ids:
        spool.discard(part)
