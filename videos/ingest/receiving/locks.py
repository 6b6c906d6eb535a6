"""One writer for each upload, over all processes of a server.

The writer holds a lock on the ``.lock`` file. A newcomer that finds it held writes its name into
the file. The writer looks there once a second, and stops. A client whose line broke can therefore
go on at once, although the server still waits for the bytes of the broken line.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

from videos.ingest.receiving.errors import UploadLocked
from videos.ingest.receiving.spool import path_of

TAKE_OVER_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_NAME_BYTES = 32


@dataclass
class Lock:
    """The lock of an upload, held until ``release``, which may be called in any thread."""

    fd: int
    name: bytes

    def is_wanted(self) -> bool:
        """Whether a newcomer waits for the lock."""
        return os.pread(self.fd, _NAME_BYTES, 0) != self.name

    def release(self) -> None:
        """Let another writer in. Twice is once."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)


def try_lock(upload_id: UUID, *, ask: bytes = b"") -> Lock | None:
    """Return the lock if nobody holds it. Otherwise, with ``ask``, ask the holder to stop in the
    name of a newcomer, and return None."""
    path = path_of(upload_id, ".lock")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if ask:
            os.pwrite(fd, ask, 0)
        os.close(fd)
        return None
    except BaseException:
        os.close(fd)
        raise
    if not _is_still(fd, upload_id):  # the upload ended, and the file was deleted meanwhile
        os.close(fd)
        return None
    name = uuid4().hex.encode()
    os.pwrite(fd, name, 0)
    return Lock(fd, name)


async def take_over(upload_id: UUID, seconds: float | None = None) -> Lock:
    """Return the lock, once the writer before has stopped. Raises ``UploadLocked``."""
    name = uuid4().hex.encode()
    end = time.monotonic() + (TAKE_OVER_SECONDS if seconds is None else seconds)
    while (lock := try_lock(upload_id, ask=name)) is None:
        if time.monotonic() > end:
            raise UploadLocked
        await asyncio.sleep(_LOOK_SECONDS)
    return lock


def _is_still(fd: int, upload_id: UUID) -> bool:
    """Whether the locked file is the one that others would open."""
    try:
        return os.path.samestat(os.fstat(fd), path_of(upload_id, ".lock").stat())
    except FileNotFoundError:
        return False
