"""tus at the address of a delegated upload: the address is where uploads are created, and it is the
upload that was created."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.http import http_date

from videos.api.tus import headers as read
from videos.api.tus.refusals import VERSION, Refused
from videos.api.tus.requests import BYTES
from videos.api.upload_refusals import Answer
from videos.ingest import addressed
from videos.ingest.delegated import AddressUsed
from videos.models import Upload

HEADER = "tus-resumable"
METHODS = ("POST", "HEAD", "PATCH")
_EXTENSIONS = "creation,creation-with-upload,creation-defer-length,expiration"


@dataclass(frozen=True)
class TusRequest:
    """What a client of tus sends: its method, its path, its headers by lower-case names, and its
    body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: AsyncIterator[bytes]

    def require_version(self) -> None:
        """Raise ``Refused`` for a version or a method that is not answered, or for a checksum."""
        if self.headers.get(HEADER) != VERSION:
            raise Refused("version", Tus_Version=VERSION)
        if self.method not in METHODS:
            raise Refused("method", Allow=", ".join(("OPTIONS", *METHODS)))
        if "upload-checksum" in self.headers:
            raise Refused("algorithm")

    @property
    def has_bytes(self) -> bool:
        """Whether the body is said to be bytes of a file."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == BYTES


def options() -> Answer:
    """Return what clients of tus may do here."""
    told = {"Tus-Version": VERSION, "Tus-Extension": _EXTENSIONS}
    return Answer(204, None, told | {"Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES)})


async def answer(asked: TusRequest, upload: Upload) -> Answer:
    """Answer a request to an open upload. Raises ``Refused``, and the errors of ``addressed``."""
    if asked.method == "HEAD":
        return await _head(upload)
    if asked.method == "POST":
        return await _create(asked, upload)
    if not asked.has_bytes:
        raise Refused("type")
    offset = read.number(asked.headers, "upload-offset")
    if offset is None:
        raise Refused("header", detail="Send Upload-Offset.")
    return Answer(204, None, await _append(asked, upload, offset))


def after_its_end(asked: TusRequest, used: AddressUsed) -> Answer:
    """Answer a client that lost the answer to its last bytes; others are refused."""
    upload = used.upload
    told = {"Upload-Offset": str(upload.received), "Upload-Length": str(upload.received)}
    if asked.method == "HEAD":
        return Answer(200, None, told)
    raise used


async def _head(upload: Upload) -> Answer:
    told = {"Upload-Expires": _expiry(upload)}
    if upload.size is None:
        told["Upload-Defer-Length"] = "1"
    else:
        told["Upload-Length"] = str(upload.size)
    if upload.tus_metadata:
        told["Upload-Metadata"] = upload.tus_metadata
    told["Upload-Offset"] = str(await addressed.offset_of(upload))
    return Answer(200, None, told)


async def _create(asked: TusRequest, upload: Upload) -> Answer:
    size = read.number(asked.headers, "upload-length")
    if (size is None) == (asked.headers.get("upload-defer-length") != "1"):
        raise Refused("header", detail="Send Upload-Length, or Upload-Defer-Length: 1.")
    echoed = asked.headers.get("upload-metadata", "")
    read.metadata(echoed)
    await addressed.keep_metadata(upload, echoed)
    told = {"Location": asked.path, "Upload-Expires": _expiry(upload)}
    if asked.has_bytes:
        return Answer(201, None, told | await _append(asked, upload, 0))
    if size is not None:
        await addressed.announce(upload, size)
    return Answer(201, None, told)


async def _append(asked: TusRequest, upload: Upload, offset: int) -> dict[str, str]:
    size = read.number(asked.headers, "upload-length")
    try:
        progress = await addressed.append(upload, asked.body, at=offset, size=size)
    except addressed.OffsetDiffers as error:
        raise Refused("offset") from error
    return {"Upload-Offset": str(progress.offset)}


def _expiry(upload: Upload) -> str:
    return http_date(upload.expires_at.timestamp())
