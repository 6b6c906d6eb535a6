"""The writer of an upload: append blocks to the spool file while they arrive."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import structlog
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Q

from videos import quotas
from videos.database_threads import DatabaseThreads
from videos.ingest import uploads
from videos.ingest.receiving import hashing, spool
from videos.ingest.receiving.begin import begin
from videos.ingest.receiving.completion import complete_locked, complete_one
from videos.ingest.receiving.errors import (
    DiskFull,
    SizeTaken,
    TooManyBytes,
    UploadIsFinal,
    UploadLocked,
    UploadOver,
)
from videos.ingest.receiving.locks import Lock, take_over
from videos.ingest.receiving.shielding import shielded
from videos.models import Upload, Video
from videos.quotas import Room
from videos.upload_parts import parts_of

if TYPE_CHECKING:
    from hashlib import _Hash

logger = structlog.get_logger(__name__)
T = TypeVar("T")

BLOCK_BYTES = 1024**2
"""How much is gathered before a thread writes it."""
LOOK_SECONDS = 1.0
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

_disk = ThreadPoolExecutor(4, thread_name_prefix="spool")
_storing = ThreadPoolExecutor(4, thread_name_prefix="storing")
rows = DatabaseThreads("receiving", size=2, waiting=500, queue_seconds=10, run_seconds=10)


@asynccontextmanager
async def writing(upload_id: UUID, *, keep_for: timedelta | None = None) -> AsyncIterator[Writer]:
    """Be the only writer of an upload while the block runs.

    With ``keep_for`` the upload's expiry is put off while bytes arrive. Raises ``UploadLocked``,
    also within the block if a newcomer takes over; ``UploadOver``, also within the block if the
    upload is closed meanwhile; ``UploadIsFinal``, ``UploadElsewhere``, ``DiskFull``,
    ``DatabaseError``.
    """
    writer = await _begin(upload_id, keep_for)
    watch: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(None) as scope:
            watch = asyncio.create_task(writer.watch(scope))
            yield writer
    except TimeoutError:
        if not writer.stopped:
            raise
        raise writer.stopped from None
    finally:
        if watch:
            watch.cancel()
        await shielded(writer.close())


async def resting_offset(upload_id: UUID) -> int:
    """Return how many bytes of an open upload have arrived, once a writer has stopped that may be
    there. Raises ``UploadLocked``, ``UploadOver``, ``UploadElsewhere``, ``DatabaseError``."""
    lock = await take_over(upload_id)
    try:
        return await rows.run(_offset, upload_id)
    finally:
        await _in_thread(_disk, _give_up, upload_id, lock)


def complete_soon(upload_id: UUID) -> None:
    """Complete an upload that is whole, outside of the request. If that fails, the duty
    ``complete_arrived`` does it."""
    _storing.submit(_complete_alone, upload_id)


async def _begin(upload_id: UUID, keep_for: timedelta | None) -> Writer:
    lock = await take_over(upload_id)
    opening: asyncio.Future[int] | None = None
    try:
        upload, room = await rows.run(_open, upload_id)
        opening = asyncio.ensure_future(_in_thread(_disk, _open_file, upload_id))
        return Writer(upload, await asyncio.shield(opening), lock, keep_for, room)
    except BaseException:
        if opening is not None:
            with suppress(OSError):
                os.close(await opening)
        await _in_thread(_disk, _give_up, upload_id, lock)
        raise


class Writer:
    """Appends to the spool file of ``upload``. ``offset`` counts the bytes that were taken."""

    def __init__(
        self, upload: Upload, fd: int, lock: Lock, keep_for: timedelta | None, room: Room | None
    ) -> None:
        self.upload = upload
        self.offset = os.fstat(fd).st_size
        self.stopped: Exception | None = None
        self._most, self._room = spool.largest(upload), room
        self._digest: _Hash | None = hashing.recall(upload.pk, self.offset)
        self._before: _Hash | None = None
        self._fd, self._lock, self._keep_for = fd, lock, keep_for
        self._gathered = bytearray()
        self._writing: asyncio.Future[None] | None = None
        self._noting: asyncio.Future[bool] | None = None
        self._failed: Exception | None = None
        self._is_over = False

    async def take(self, block: bytes) -> None:
        """Append bytes: at the latest they are written when the writer is left.

        Raises ``TooManyBytes`` or ``QuotaExceeded`` (none of the block is taken then), ``DiskFull``
        or ``OSError``.
        """
        self.require_room(self.offset + len(block))
        self._gathered += block
        self.offset += len(block)
        if len(self._gathered) >= BLOCK_BYTES:
            await self._written()
            self._begin_to_write()

    def require_room(self, size: int) -> None:
        """Raise ``TooManyBytes`` or ``QuotaExceeded`` if the whole may not have so many bytes."""
        if size > self._most:
            raise TooManyBytes(self._most)
        if self._room is not None:
            self._room.require(size)

    async def announce(self, size: int) -> None:
        """Set the size of the whole, which was not known before; or the same again.

        Raises ``SizeTaken``, ``TooManyBytes``, ``QuotaExceeded`` or ``DiskFull``.
        """
        if self.upload.size not in (None, size):
            raise SizeTaken
        if not self.offset <= size <= self._most:
            raise TooManyBytes(self._most)
        if not await _in_thread(_disk, spool.has_room, size - self.offset):
            raise DiskFull
        if self.upload.size is None:
            await rows.run(_set_size, self.upload, size)
        self.upload.size = self._most = size
        self._room = None

    async def doubt(self) -> None:
        """Keep none of the bytes from here on unless ``trust`` is called, whatever happens."""
        self._before = self._digest.copy() if self._digest else None
        await _in_thread(_disk, spool.doubt, self.upload.pk, self.offset)

    async def trust(self) -> None:
        """Write and keep everything that was taken."""
        await self.flush()
        await _in_thread(_disk, spool.trust, self.upload.pk)

    async def drop(self) -> None:
        """Drop what was taken since ``doubt``."""
        await self.flush()
        self.offset = await _in_thread(_disk, _settle, self.upload.pk, self._fd)
        self._digest = self._before

    async def flush(self) -> None:
        """Write what was taken."""
        await self._written()
        if self._gathered:
            self._begin_to_write()
            await self._written()

    async def complete(self) -> Video:
        """Store the file, which is whole, and start the processing. It goes on if the client
        disconnects. Raises what ``services.store_and_finish`` raises, and ``UploadOver``."""
        await self.flush()
        sha256 = self._digest.hexdigest() if self._digest else ""
        self._is_over, self._digest = True, None
        await self._last_note()
        lock, self._lock = self._lock, Lock(-1, b"")
        return await _in_thread(_storing, _complete, self.upload.pk, sha256, lock)

    async def close(self) -> None:
        """Write what was taken, note how much that is, and let another writer in."""
        try:
            with suppress(OSError, DiskFull):  # it was raised before, or the client is gone
                await self.flush()
            size = await _in_thread(_disk, _settle, self.upload.pk, self._fd)
            if not self._is_over:
                if size == self.offset:
                    hashing.remember(self.upload.pk, size, self._digest)
                await self._last_note()
                if not await self._note(size):
                    await _in_thread(_disk, spool.discard, self.upload.pk)
        finally:
            os.close(self._fd)
            self._lock.release()

    async def watch(self, scope: asyncio.Timeout) -> None:
        """Once a second, note how much has arrived, and stop the block if it must end."""
        noted = -1
        while self.stopped is None:
            await asyncio.sleep(LOOK_SECONDS)
            if self._is_over:
                return
            if self._lock.is_wanted():
                self.stopped = UploadLocked()
            elif noted != self.offset:
                noted = self.offset
                if not await self._note(noted):
                    self.stopped = UploadOver()
        scope.reschedule(asyncio.get_running_loop().time())

    async def _note(self, size: int) -> bool:
        """Show how much has arrived; False if the upload is over. Bytes go on arriving while the
        database does not answer."""
        note = rows.run(uploads.extend, self.upload.pk, received=size, expires_in=self._keep_for)
        self._noting = asyncio.ensure_future(note)
        try:
            return await shielded(self._noting)
        except DatabaseError as error:
            logger.warning("upload_not_noted", reason=type(error).__name__)
            return True

    async def _last_note(self) -> None:
        """Wait for a note that is being written: it must not come after a later one."""
        if self._noting is not None:
            await asyncio.wait({self._noting})

    def _begin_to_write(self) -> None:
        block, self._gathered = self._gathered, bytearray()
        self._writing = asyncio.ensure_future(_in_thread(_disk, self._write, block))

    async def _written(self) -> None:
        """Wait for the block that is being written. If one fails, none after it is written."""
        if self._failed is not None:
            raise self._failed
        if self._writing is not None:
            try:
                await asyncio.shield(self._writing)
            except (OSError, DiskFull) as error:
                self._failed = error
                raise
            self._writing = None

    def _write(self, block: bytearray) -> None:
        if not spool.has_room(len(block)):
            raise DiskFull
        view = memoryview(block)
        try:
            while view:
                written = os.write(self._fd, view)
                if self._digest is not None:
                    self._digest.update(view[:written])
                view = view[written:]
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise DiskFull from error
            raise


def _still_open(upload_id: UUID) -> Upload:
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is None or upload.finished_at is not None:
        raise UploadOver(upload.video_id if upload and not upload.error_code else None)
    return upload


def _open(upload_id: UUID) -> tuple[Upload, Room | None]:
    """Return the row of an open upload whose bytes lie here, or can begin here, and the room it has
    unless that was reserved with its size."""
    upload = _still_open(upload_id)
    if parts_of(upload):
        raise UploadIsFinal
    spool.offset_of(upload)
    here = spool.place()
    if upload.machine != here:
        Upload.objects.filter(pk=upload_id, finished_at=None).update(machine=here)
    begin(upload)
    return upload, None if upload.size is not None else quotas.room_of(upload)


def _offset(upload_id: UUID) -> int:
    return spool.offset_of(_still_open(upload_id))


def _open_file(upload_id: UUID) -> int:
    """Return the spool file, opened for appending, without bytes whose checksum is in doubt."""
    path = spool.path_of(upload_id)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
    try:
        _settle(upload_id, fd)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _settle(upload_id: UUID, fd: int) -> int:
    """Drop bytes that are in doubt; return how many are left."""
    size = os.fstat(fd).st_size
    if (kept := spool.doubtful_from(upload_id)) < size:
        os.ftruncate(fd, int(kept))
        size = int(kept)
    spool.trust(upload_id)
    return size


def _give_up(upload_id: UUID, lock: Lock) -> None:
    """Leave no lock file of an upload that has no bytes."""
    if not spool.path_of(upload_id).exists():
        spool.discard(upload_id)
    lock.release()


def _set_size(upload: Upload, size: int) -> None:
    with transaction.atomic():
        quotas.announce(upload, size)
        still_open = Upload.objects.filter(pk=upload.pk, finished_at=None)
        unset = still_open.filter(Q(size=None) | Q(size=size))
        if not unset.update(size=size):
            raise SizeTaken


def _complete(upload_id: UUID, sha256: str, lock: Lock) -> Video:
    close_old_connections()
    try:
        return complete_locked(upload_id, sha256=sha256)
    finally:
        lock.release()
        close_old_connections()


def _complete_alone(upload_id: UUID) -> None:
    close_old_connections()
    try:
        complete_one(upload_id)
    except Exception as error:
        logger.warning("upload_not_completed", reason=type(error).__name__, row=str(upload_id))
    finally:
        close_old_connections()


async def _in_thread(pool: ThreadPoolExecutor, work: Callable[..., T], *given: object) -> T:
    """Run work in a thread. The work goes on if the caller is cancelled."""
    return await shielded(asyncio.get_running_loop().run_in_executor(pool, work, *given))
