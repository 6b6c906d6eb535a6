"""tus at the address of a delegated upload: the address is where uploads are created, and it is the
upload that was created."""

from __future__ import annotations

from functools import partial

from django.conf import settings

from videos.api.addresses.opening import with_open
from videos.api.asgi import Answer, Asked
from videos.api.tus import headers as read
from videos.api.tus import resource
from videos.api.tus.creation import size_of
from videos.api.tus.errors import AlgorithmUnknown, MethodUnknown
from videos.api.tus.places import OF_ADDRESSES
from videos.ingest import addressed
from videos.ingest.delegated import AddressUsed
from videos.models import Upload

METHODS = ("POST", "HEAD", "PATCH")
_EXTENSIONS = ("creation", "creation-with-upload", "creation-defer-length", "expiration")


async def options(asked: Asked) -> Answer:
    """Return what clients of tus may do here."""
    told = resource.abilities(settings.MAX_UPLOAD_BYTES, _EXTENSIONS)
    return Answer(204, told)


async def answer(asked: Asked) -> Answer:
    """Answer a request. Raises ``RequestRefused``, and what ``opened`` and ``addressed`` raise."""
    read.require_version(asked.headers)
    if asked.method not in METHODS:
        raise MethodUnknown(Allow=", ".join(("OPTIONS", *METHODS)))
    if "upload-checksum" in asked.headers:
        raise AlgorithmUnknown
    try:
        return await with_open(asked, partial(_answer, asked))
    except AddressUsed as used:
        if asked.method == "HEAD":  # the answer to the last bytes was lost
            return await resource.head(used.upload, OF_ADDRESSES)
        raise


async def _answer(asked: Asked, upload: Upload) -> Answer:
    if asked.method == "HEAD":
        return await resource.head(upload, OF_ADDRESSES)
    if asked.method == "POST":
        return await _create(asked, upload)
    return await resource.patch(asked, upload, OF_ADDRESSES)


async def _create(asked: Asked, upload: Upload) -> Answer:
    size = size_of(asked)
    echoed = asked.headers.get("upload-metadata", "")
    read.metadata(echoed)
    await addressed.keep_metadata(upload, echoed)
    told = resource.created(upload, OF_ADDRESSES)
    if read.has_bytes(asked.headers):
        return Answer(201, told | await resource.append(asked, upload, 0, OF_ADDRESSES))
    if size is not None:
        await addressed.announce(upload, size)
    return Answer(201, told)
