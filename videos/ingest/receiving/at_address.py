"""The partial uploads of a delegated upload. Together they may have as many bytes as the upload."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from videos import idempotency, keys, quotas
from videos.ingest import closing
from videos.ingest.receiving import spool
from videos.ingest.receiving.begin import begin
from videos.ingest.receiving.errors import (
    DiskFull,
    TooManyBytes,
    TooManyParts,
    UploadIsFinal,
    UploadOver,
)
from videos.models import Upload
from videos.upload_parts import BEGUN, PART_OF, PARTS, open_parts_for, parts_of, whole_of

MOST_PARTS = 100
IDLE_SECONDS = 60.0
"""Parts to which nothing was sent for so long give way to new ones that need their room."""


def create_part_for(upload: Upload, *, size: int, tus_metadata: str) -> Upload:
    """Create a partial upload of ``size`` bytes for a delegated one, with which it expires.

    Raises ``TooManyBytes``, ``TooManyParts``, ``DiskFull``, ``QuotaExceeded``, ``UploadIsFinal`` or
    ``UploadOver``.
    """
    if not spool.has_room(size):
        raise DiskFull
    room = quotas.room_of(upload)
    with transaction.atomic():
        whole = _locked(upload.pk)
        _make_room(whole, size)
        room.require(_bytes_of(list(open_parts_for(whole))) + size)
        part = Upload.objects.create(
            owner_id=whole.owner_id,
            machine=spool.place(),
            protocol=Upload.Protocol.DELEGATED,
            key=keys.new_original(),
            filename="part",
            size=size,
            settings={PART_OF: str(whole.pk)},
            tus_metadata=tus_metadata,
            expires_at=whole.expires_at,
        )
        idempotency.note("upload", part.pk)
    begin(whole)
    spool.path_of(part.pk).touch(0o640)
    return part


def begin_part(part: Upload) -> None:
    """Keep room for all bytes of a part before its first one is taken. A part that was created and
    never used, since the answer was lost, takes no room from others.

    Raises ``TooManyBytes``, ``UploadIsFinal`` or ``UploadOver``.
    """
    whole_id = whole_of(part)
    if whole_id is None or part.settings.get(BEGUN):
        return
    with transaction.atomic():
        _make_room(_locked(whole_id), part.size or 0, besides=part)
        part.settings[BEGUN] = True
        part.save(update_fields=["settings"])


def name_parts(upload: Upload, part_ids: Sequence[UUID], tus_metadata: str) -> None:
    """Make a delegated upload the whole of its parts; ``complete_one`` joins them. The caller is
    the upload's writer. Raises ``UploadOver``."""
    named = upload.settings | {PARTS: [str(one) for one in part_ids]}
    open_still = Upload.objects.filter(pk=upload.pk, finished_at=None)
    if not open_still.update(settings=named, machine=spool.place(), tus_metadata=tus_metadata):
        raise UploadOver


def _locked(upload_id: UUID) -> Upload:
    rows = Upload.objects.select_for_update(of=("self",), no_key=True)
    whole = rows.filter(pk=upload_id, finished_at=None).first()
    if whole is None:
        raise UploadOver
    if parts_of(whole):
        raise UploadIsFinal
    return whole


def _make_room(whole: Upload, size: int, *, besides: Upload | None = None) -> None:
    """Leave room for a part of ``size`` bytes; idle parts end for it, the oldest first."""
    most = spool.largest(whole)
    if size > most:
        raise TooManyBytes(most)
    parts = [part for part in open_parts_for(whole).order_by("pk") if part != besides]
    idle = [part for part in parts if _is_idle(part)]
    while idle and (len(parts) >= MOST_PARTS or _bytes_of(parts) + size > most):
        part = idle.pop(0)
        closing.close(part, code=Upload.CANCELED, message="")
        spool.discard(part.pk)
        parts.remove(part)
    if len(parts) >= MOST_PARTS:
        raise TooManyParts(MOST_PARTS)
    if _bytes_of(parts) + size > most:
        raise TooManyBytes(most)


def _bytes_of(parts: Sequence[Upload]) -> int:
    return sum(part.size or 0 for part in parts if part.settings.get(BEGUN))


def _is_idle(part: Upload) -> bool:
    """Whether nothing was written to a part for a while; one on another server is not known to."""
    try:
        return time.time() - spool.path_of(part.pk).stat().st_mtime > IDLE_SECONDS
    except FileNotFoundError:
        return part.machine == spool.place()
