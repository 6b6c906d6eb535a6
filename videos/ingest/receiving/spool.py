"""The spool file of an upload. Its size is the upload's offset.

Three files lie in ``UPLOAD_DIR``, named after the upload's id: ``.upload`` has the bytes, ``.lock``
is held by the writer (`locks`), and ``.doubtful`` tells from which offset on the bytes are not to
be kept unless their checksum proves right.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from videos.ingest.receiving.errors import UploadElsewhere
from videos.models import Upload
from videos.storage import ObjectMissing, originals

SUFFIXES = (".upload", ".lock", ".doubtful")
_PLACE = ".place"


def path_of(upload_id: UUID, suffix: str = ".upload") -> Path:
    """Return where a file of an upload lies on this server's disk, whether it exists or not."""
    return Path(settings.UPLOAD_DIR) / f"{upload_id.hex}{suffix}"


def place() -> str:
    """Return the name of this server's folder of uploads: servers that share the folder give the
    same name, and it stays the same after a restart."""
    file = Path(settings.UPLOAD_DIR) / _PLACE
    with suppress(FileNotFoundError):
        if name := file.read_text().strip():
            return name
    fresh = file.with_name(f"{_PLACE}-{uuid4().hex}")
    fresh.write_text(uuid4().hex)
    with suppress(FileExistsError):
        file.hardlink_to(fresh)  # of several processes that begin at once, one wins
    fresh.unlink()
    return file.read_text().strip()


def offset_of(upload: Upload) -> int:
    """Return how many bytes of an open upload have arrived.

    If the file was lost on this server, that is 0. Raises ``UploadElsewhere``, and
    ``StorageUnavailable`` where the storage must be asked.
    """
    with suppress(FileNotFoundError):
        size = path_of(upload.pk).stat().st_size
        return int(min(size, doubtful_from(upload.pk)))
    if upload.machine and upload.machine != place():
        raise UploadElsewhere
    return upload.received if is_stored(upload) else 0


def is_stored(upload: Upload) -> bool:
    """Whether a whole upload was moved to the storage, but its process died before the rows told
    so."""
    if not upload.video_id or not upload.size or upload.received != upload.size:
        return False
    try:
        return originals().object_size(upload.key) == upload.size
    except ObjectMissing:
        return False


def doubtful_from(upload_id: UUID) -> int | float:
    """Return from which offset on the bytes are not to be kept; infinity if all are."""
    try:
        return int(path_of(upload_id, ".doubtful").read_text() or 0)
    except FileNotFoundError:
        return float("inf")


def doubt(upload_id: UUID, offset: int) -> None:
    """Note that bytes from ``offset`` on are kept only once ``trust`` is called."""
    path = path_of(upload_id, ".doubtful")
    fresh = path.with_suffix(".doubtful-")
    fresh.write_text(str(offset))
    fresh.replace(path)


def trust(upload_id: UUID) -> None:
    """Keep all bytes of an upload."""
    path_of(upload_id, ".doubtful").unlink(missing_ok=True)


def discard(upload_id: UUID) -> None:
    """Delete the files of an upload that is over, if they lie here."""
    for suffix in SUFFIXES:
        path_of(upload_id, suffix).unlink(missing_ok=True)


def largest(upload: Upload) -> int:
    """Return the most bytes that an upload may have: what was announced, or what is allowed."""
    limits = (upload.size, upload.limits.get("max_size"), settings.MAX_UPLOAD_BYTES)
    return min(limit for limit in limits if limit is not None)


def has_room(more: int = 0) -> bool:
    """Whether the disk has room for ``more`` bytes, with some left for other things."""
    free = shutil.disk_usage(settings.UPLOAD_DIR).free
    return free - more > settings.MIN_FREE_UPLOAD_BYTES
