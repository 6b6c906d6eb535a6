"""What an upload of tus answers: HEAD, PATCH and DELETE."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.utils.http import http_date

from accounts.models import User
from processing import services as processing
from videos.api.asgi import Answer, Asked
from videos.api.tus import headers as read
from videos.api.tus.errors import (
    VERSION,
    ChecksumMismatch,
    HeaderInvalid,
    NothingThere,
    OffsetDiffers,
    TypeWrong,
    UploadFinished,
)
from videos.api.tus.headers import Checksum
from videos.api.tus.places import Place
from videos.ingest import receiving
from videos.ingest.receiving import Writer
from videos.models import Upload

METHODS = ("HEAD", "PATCH", "DELETE")
"""What the address of an upload answers, besides OPTIONS."""
EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "expiration",
    "checksum",
    "termination",
    "concatenation",
)


def abilities(most: int, extensions: Sequence[str] = EXTENSIONS) -> dict[str, str]:
    """Return the headers that tell what clients may do, of files of ``most`` bytes."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(extensions),
        "Tus-Max-Size": str(most),
        "Tus-Checksum-Algorithm": ",".join(read.ALGORITHMS),
    }


def find(user: User, upload_id: UUID) -> Upload:
    """Return an upload of the user's. Raises ``NothingThere`` or ``UploadOver``."""
    rows = Upload.objects.filter(owner=user, protocol=Upload.Protocol.TUS)
    upload = rows.select_related("video").filter(pk=upload_id).first()
    if upload is None:
        raise NothingThere
    is_joined = upload.video is None and upload.finished_at is not None
    if upload.error_code or is_joined:
        raise receiving.UploadOver
    return upload


async def head(upload: Upload, place: Place) -> Answer:
    """Tell how far an upload is, after whoever sends bytes has stopped."""
    headers = told_of(upload, place)
    if upload.finished_at is not None:
        headers["Upload-Offset"] = str(upload.received)
    elif not receiving.parts_of(upload):
        offset = await _offset(upload)
        headers["Upload-Offset"] = str(offset)
        if offset and offset == upload.size and upload.video_id:
            receiving.complete_soon(upload.pk)
    return Answer(200, headers)


async def patch(asked: Asked, upload: Upload, place: Place) -> Answer:
    """Append the bytes of a request, and complete the upload with the last; the errors are those of
    ``append``."""
    if not read.has_bytes(asked.headers):
        raise TypeWrong
    offset = read.number(asked.headers, "upload-offset")
    if offset is None:
        raise HeaderInvalid("Send Upload-Offset.")
    if receiving.parts_of(upload):
        raise receiving.UploadIsFinal
    if upload.finished_at is not None:
        if offset != upload.received or asked.length != 0:
            raise OffsetDiffers
        return Answer(204, {"Upload-Offset": str(offset)})
    return Answer(204, await append(asked, upload, offset, place))


async def append(asked: Asked, upload: Upload, offset: int, place: Place) -> dict[str, str]:
    """Append the body at an offset; return the headers that tell of it.

    Raises ``RequestRefused``, ``Disconnected``, what storing raises, and the errors of
    ``receiving``.
    """
    checksum = read.checksum(asked.headers)
    announced = read.number(asked.headers, "upload-length")
    async with receiving.writing(upload.pk, keep_for=place.keep_for) as writer:
        if writer.offset != offset:
            raise OffsetDiffers
        if announced is not None:
            await writer.announce(announced)
        _require_fitting(asked, writer)
        await _take(asked, writer, checksum)
        done = writer.offset == writer.upload.size
        if done and upload.video_id:
            await place.complete(writer)
        return {"Upload-Offset": str(writer.offset)} | ({} if done else _expires(upload))


def delete(upload: Upload) -> Answer:
    """End an upload, and delete its bytes. Raises ``UploadFinished``."""
    if upload.finished_at is not None:
        raise UploadFinished
    if upload.video is not None:
        with suppress(processing.NothingToCancel):
            processing.cancel(upload.video)
    receiving.cancel(upload)
    return Answer(204)


def created(upload: Upload, place: Place) -> dict[str, str]:
    """Return the headers that tell of an upload that was just created."""
    over = upload.finished_at is not None
    return {"Location": place.address_of(upload.pk)} | ({} if over else _expires(upload))


async def created_before(asked: Asked, upload: Upload, place: Place) -> Answer:
    """Answer a creation that is sent again; how far the upload is stands with it where the bytes of
    the first request may have been kept."""
    headers = created(upload, place)
    if read.has_bytes(asked.headers) and not receiving.parts_of(upload):
        offset = upload.received if upload.finished_at else await _offset(upload)
        headers["Upload-Offset"] = str(offset)
    return Answer(201, headers)


def told_of(upload: Upload, place: Place) -> dict[str, str]:
    """Return the headers that describe an upload, except its offset."""
    headers = {} if upload.finished_at is not None else _expires(upload)
    if upload.size is None:
        headers["Upload-Defer-Length"] = "1"
    else:
        headers["Upload-Length"] = str(upload.size)
    if upload.tus_metadata:
        headers["Upload-Metadata"] = upload.tus_metadata
    if parts := receiving.parts_of(upload):
        headers["Upload-Concat"] = "final;" + " ".join(map(place.address_of, parts))
    elif upload.video_id is None:
        headers["Upload-Concat"] = "partial"
    return headers


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at.timestamp())}


async def _offset(upload: Upload) -> int:
    try:
        return await receiving.resting_offset(upload.pk)
    except receiving.UploadLocked:
        if upload.size and upload.received == upload.size:
            return upload.size  # it is being stored
        raise
    except receiving.UploadOver as over:
        if over.video is None:
            raise
        return upload.size or upload.received  # it was finished just now


def _require_fitting(asked: Asked, writer: Writer) -> None:
    if asked.length is None:
        return
    if writer.offset + asked.length > receiving.largest(writer.upload):
        raise receiving.TooManyBytes(receiving.largest(writer.upload))
    if not receiving.has_room(asked.length):
        raise receiving.DiskFull


async def _take(asked: Asked, writer: Writer, checksum: Checksum | None) -> None:
    if checksum is None:
        async for block in asked.body():
            await writer.take(block)
        return
    await writer.doubt()
    async for block in asked.body():
        checksum.digest.update(block)
        await writer.take(block)
    if not checksum.is_met():
        await writer.drop()
        raise ChecksumMismatch
    await writer.trust()
