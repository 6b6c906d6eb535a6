"""The SHA-256 of what has arrived, kept in memory between the requests of an upload."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from hashlib import _Hash

_MOST = 1000
_READ_BYTES = 1024**2
AGAIN_BYTES = 16 * 1024**3
"""The most bytes that are read again for their hash when an upload completes. The hash of a larger
file whose requests went to several processes is left to the first task that reads the file."""

_kept: OrderedDict[UUID, tuple[int, _Hash]] = OrderedDict()
_guard = Lock()


def recall(upload_id: UUID, offset: int) -> _Hash | None:
    """Return the state of the hash after ``offset`` bytes; None if this process does not have
    it."""
    with _guard:
        known, digest = _kept.pop(upload_id, (0, hashlib.sha256()))
    return digest if known == offset else None


def remember(upload_id: UUID, offset: int, digest: _Hash | None) -> None:
    """Keep the state of the hash for the upload's next request."""
    with _guard:
        _kept.pop(upload_id, None)
        if digest is not None and offset:
            _kept[upload_id] = (offset, digest)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)


def of_file(path: Path) -> str:
    """Return the SHA-256 of a file in hex, or the empty string if the file is too large to be read
    again."""
    digest = hashlib.sha256()
    if path.stat().st_size > AGAIN_BYTES:
        return ""
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
