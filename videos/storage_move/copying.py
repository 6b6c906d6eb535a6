"""Copy one object from one place to another, and verify it by reading it again."""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from django.conf import settings

from processing.audit import files
from videos.storage import MediaStorage, ObjectMissing, StorageUnavailable
from videos.storage_move.pending import Pending

_TRIES = 5
_FIRST_PAUSE = 1.0
_BLOCK = 1024**2
_TYPES = {
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
}


class Outcome(Enum):
    """The result of copying an object."""

    COPIED = "copied"
    VERIFIED = "verified"
    GONE = "gone"
    """It was deleted meanwhile, as was asked for."""
    FAILED = "failed"


class Differs(Exception):
    """Raised when the written bytes differ from those read."""


def bring(old: MediaStorage, new: MediaStorage, one: Pending) -> Outcome:
    """Copy an object, or compare it with the one that is there already. Failures are retried up to
    five times in all."""
    pause = _FIRST_PAUSE
    for last in (*[False] * (_TRIES - 1), True):
        try:
            if one.is_there and hashed(old.blocks(one.key)) == hashed(new.blocks(one.key)):
                return Outcome.VERIFIED
            _copy(old, new, one)
            return Outcome.COPIED
        except ObjectMissing:
            return Outcome.GONE
        except (StorageUnavailable, OSError, Differs):
            if last:
                return Outcome.FAILED
            time.sleep(pause)
            pause *= 2
    return Outcome.FAILED


def _copy(old: MediaStorage, new: MediaStorage, one: Pending) -> None:
    content_type = _TYPES.get(Path(one.key).suffix, "application/octet-stream")
    with _local(old, one) as path:
        digest = hashed(_blocks(path))
        new.put_file(one.key, path, content_type=content_type)
    try:
        written = hashed(new.blocks(one.key))
    except ObjectMissing as error:
        raise Differs(one.key) from error
    if written != digest:
        new.delete_key(one.key)
        raise Differs(one.key)


@contextmanager
def _local(old: MediaStorage, one: Pending) -> Iterator[Path]:
    """Yield the object's path: its own file, or a copy in the work folder if that has room."""
    if old.local_path(one.key) is None:
        settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(settings.WORK_DIR).free < one.size + settings.MIN_FREE_DISK_BYTES:
            raise OSError(errno.ENOSPC, "no room in the work folder for an object on its way")
    with files.local(old, one.key) as path:
        yield path


def hashed(blocks: Iterable[bytes]) -> bytes:
    """Return the SHA-256 hash."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.digest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
