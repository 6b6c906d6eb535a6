"""A file that is put to an address, whole or in chunks with ``Content-Range``."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from videos.api.addresses import tus
from videos.api.addresses.opening import with_open
from videos.api.asgi import Answer, Asked
from videos.api.tus import resource
from videos.api.tus.errors import MethodUnknown
from videos.ingest import addressed, ranged_put
from videos.ingest.addressed import Progress
from videos.ingest.delegated import AddressUsed
from videos.ingest.ranged_put import BadRange, Chunk
from videos.models import Upload

_CHUNKED = ("PUT", "POST", "PATCH")


async def answer(asked: Asked) -> Answer:
    """Take what a request carries. Raises what ``opened`` and ``addressed`` raise."""
    chunk = _chunk(asked)
    if asked.method not in (_CHUNKED if chunk else ("PUT",)):
        raise MethodUnknown("Send the file by PUT.", Allow="PUT, OPTIONS")
    try:
        return await with_open(asked, partial(_take, asked, chunk))
    except AddressUsed as used:
        if chunk and await addressed.repeats_the_end(used.upload, chunk, asked.body()):
            return _told(used.upload, Progress(used.upload.received, finished=True))
        raise


def _chunk(asked: Asked) -> Chunk | None:
    """Return what ``Content-Range`` says, or None. Raises ``BadRange``, also if the length of the
    body is another one."""
    header = asked.headers.get("content-range")
    chunk = None if header is None else ranged_put.parsed(header)
    if chunk is not None and asked.announced not in (None, chunk.size):
        raise BadRange
    return chunk


async def _take(asked: Asked, chunk: Chunk | None, upload: Upload) -> Answer:
    if tus.is_part(upload):
        told = "This is the address of a part of a file: send it by tus."
        raise MethodUnknown(told, Allow=", ".join(("OPTIONS", *resource.METHODS)))
    return _told(upload, await _taken(asked, upload, chunk))


async def _taken(asked: Asked, upload: Upload, chunk: Chunk | None) -> Progress:
    if chunk is None:
        return await addressed.take_whole(upload, asked.body(), announced=asked.announced)
    if chunk.size:
        return await addressed.take_chunk(upload, chunk, asked.body())
    return await addressed.how_far(upload, chunk)


def _told(upload: Upload, progress: Progress) -> Answer:
    """The answer to what was taken: 308 as long as bytes are missing."""
    if not progress.finished:
        return Answer(HTTPStatus.PERMANENT_REDIRECT, ranged_put.range_of(progress.offset))
    told = {"id": str(upload.pk), "state": "finished", "size": progress.offset}
    return Answer(HTTPStatus.OK, told=told)
