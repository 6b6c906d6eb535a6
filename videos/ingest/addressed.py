"""Take what is sent to the address of a delegated upload, whole or in chunks.

Bytes that were sent before are compared with those that are here, so that no file is mixed of two.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Greatest, Now

from accounts.models import User
from videos.database_threads import DatabaseThreads
from videos.ingest import delegated, receiving
from videos.ingest.ranged_put import BadRange, Chunk, SizeDiffers, to_pass_over
from videos.ingest.receiving import spool
from videos.ingest.services import EmptyFile, storing_takes_at_most
from videos.models import Upload
from videos.quotas import QuotaExceeded

Body = AsyncIterator[bytes]

_rows = DatabaseThreads("addressed", size=2, waiting=500, queue_seconds=10, run_seconds=10)


class BytesDiffer(Exception):
    """Raised when bytes that are sent again are not those that arrived before."""


@dataclass(frozen=True)
class Progress:
    """How far an upload is: bytes that have arrived, and whether the file is whole and stored."""

    offset: int
    finished: bool


async def take_whole(upload: Upload, body: Body, *, announced: int | None) -> Progress:
    """Take a whole file; what arrived before is dropped.

    ``announced`` is the length that the client tells, in bytes. Raises ``SizeDiffers``,
    ``EmptyFile``, what ``complete`` raises, and the errors of ``receiving``.
    """
    if announced is not None:
        await _require_fitting(upload, announced)
    async with receiving.writing(upload.pk) as writer:
        if announced is not None:
            writer.require_room(announced)
        await _begin_again(writer)
        try:
            async for block in body:
                await writer.take(block)
        except (receiving.TooManyBytes, QuotaExceeded):
            await _begin_again(writer)
            raise
        if writer.upload.size not in (None, writer.offset):
            raise SizeDiffers
        await complete(writer)
        return Progress(writer.offset, finished=True)


async def take_chunk(upload: Upload, chunk: Chunk, body: Body) -> Progress:
    """Take a part of a file, and complete the upload with the last.

    A body that is shorter than the chunk is taken as far as it goes. Raises ``BadRange`` for a
    longer one, ``SizeDiffers``, ``Gap``, ``BytesDiffer``, what ``complete`` raises, and the errors
    of ``receiving``.
    """
    async with receiving.writing(upload.pk) as writer:
        known = to_pass_over(chunk, offset=writer.offset, size=writer.upload.size)
        if chunk.total is not None:
            await writer.announce(chunk.total)
        at = chunk.first
        async for block in body:
            if at + len(block) > chunk.end:
                raise BadRange
            again = block[: max(0, chunk.first + known - at)]
            if again:
                await asyncio.to_thread(_require_same, upload.pk, at, again)
            await writer.take(block[len(again) :])
            at += len(block)
        finished = writer.offset == writer.upload.size
        if finished:
            await complete(writer)
        return Progress(writer.offset, finished)


async def begin(upload: Upload, *, size: int | None, tus_metadata: str) -> None:
    """Begin a file by tus; what arrived before is dropped. If its size is told, the client is held
    to it. Raises ``EmptyFile`` and the errors of ``receiving``."""
    if size == 0:
        raise EmptyFile
    async with receiving.writing(upload.pk) as writer:
        await _begin_with(writer, size)
        kept = Upload.objects.filter(pk=upload.pk, finished_at=None)
        await _rows.run(kept.update, tus_metadata=tus_metadata)


async def join(upload: Upload, part_ids: Sequence[UUID], *, tus_metadata: str) -> None:
    """Make the upload of its complete parts, which are joined soon.

    Raises ``PartsInvalid``, ``EmptyFile``, ``OwnerMayNotUpload``, ``OwnerNotVerified``, and the
    errors of ``receiving``.
    """
    async with receiving.writing(upload.pk) as writer:
        parts = receiving.open_parts_for(upload)
        size = await _rows.run(receiving.size_of_parts, parts, part_ids)
        await _begin_with(writer, size)
        await _rows.run(_prepare, writer.upload, size)
        await _rows.run(receiving.name_parts, writer.upload, part_ids, tus_metadata)
    receiving.complete_soon(upload.pk)


async def offset_of(upload: Upload) -> int:
    """Return how many bytes have arrived. Raises the errors of ``receiving``."""
    return await receiving.resting_offset(upload.pk)


async def how_far(upload: Upload, chunk: Chunk) -> Progress:
    """Answer a question for the progress. An upload whose bytes are all here, but whose process
    died before it was finished, is finished now; the errors are those of ``take_chunk``."""
    if chunk.total == 0:
        raise EmptyFile
    offset = await offset_of(upload)
    if chunk.total is not None and not offset <= chunk.total == (upload.size or chunk.total):
        raise SizeDiffers
    if offset == (upload.size or chunk.total):
        return await take_chunk(upload, Chunk(offset, 0, offset), _nothing())
    return Progress(offset, finished=False)


async def complete(writer: receiving.Writer) -> None:
    """Store the file and start the processing, if the owner may upload still.

    Raises ``EmptyFile``, ``OwnerMayNotUpload``, ``OwnerNotVerified``, and what ``Writer.complete``
    raises.
    """
    if writer.offset == 0:
        raise EmptyFile
    await _rows.run(_prepare, writer.upload, writer.offset)
    await writer.complete()


async def repeats_the_end(upload: Upload, chunk: Chunk, body: Body) -> bool:
    """Whether a request to a finished upload only repeats its last one, whose answer was lost: a
    question, or the last chunk of a file of this size. A chunk that is the whole file has to be
    the same."""
    if chunk.total != upload.received or (chunk.size and not chunk.is_last):
        return False
    digest, size = hashlib.sha256(), 0
    async for block in body:
        size += len(block)
        if size > chunk.size:
            return False
        if chunk.first == 0:
            await asyncio.to_thread(digest.update, block)
    if chunk.size == 0 or chunk.first:
        return True
    source = upload.video.source if upload.video else None
    return source is not None and source.sha256 in ("", digest.hexdigest())


async def _require_fitting(upload: Upload, announced: int) -> None:
    if upload.size not in (None, announced):
        raise SizeDiffers
    if announced > receiving.largest(upload):
        raise receiving.TooManyBytes(receiving.largest(upload))
    if not await asyncio.to_thread(receiving.has_room, announced):
        raise receiving.DiskFull


async def _begin_with(writer: receiving.Writer, size: int | None) -> None:
    """Begin again with a file of this size; if that cannot be, nothing is dropped."""
    if size is not None:
        if writer.upload.size not in (None, size):
            raise receiving.SizeTaken
        if size > (most := receiving.largest(writer.upload)):
            raise receiving.TooManyBytes(most)
    await _begin_again(writer)
    if size is not None:
        await writer.announce(size)


async def _begin_again(writer: receiving.Writer) -> None:
    if writer.offset:
        await asyncio.to_thread(spool.doubt, writer.upload.pk, 0)
        await writer.drop()


def _require_same(upload_id: UUID, offset: int, block: bytes) -> None:
    with spool.path_of(upload_id).open("rb") as file:
        file.seek(offset)
        if file.read(len(block)) != block:
            raise BytesDiffer


def _prepare(upload: Upload, size: int) -> None:
    """Ask for the owner's right, and let the upload not expire while it is stored."""
    delegated.require_owners_right(User.objects.get(pk=upload.owner_id))
    until = Greatest("expires_at", Now() + storing_takes_at_most(size))
    Upload.objects.filter(pk=upload.pk, finished_at=None).update(expires_at=until)


async def _nothing() -> Body:
    empty: tuple[bytes, ...] = ()
    for block in empty:
        yield block
