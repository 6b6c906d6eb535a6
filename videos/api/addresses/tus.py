"""tus at the address of a delegated upload: the address is where uploads are created, and it is the
upload that was created. Partial uploads have addresses of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db.models import Q

from videos.api.addresses.opening import opened, threads, with_open
from videos.api.asgi import Answer, Asked
from videos.api.refused import RequestRefused
from videos.api.tus import creation, keyed, resource
from videos.api.tus import headers as read
from videos.api.tus.errors import HeaderInvalid, MethodUnknown
from videos.api.tus.places import OF_ADDRESSES
from videos.idempotency import Made
from videos.ingest import addressed, delegated, receiving
from videos.ingest.delegated import AddressUsed, BadAddress
from videos.models import Upload

METHODS = ("POST", *resource.METHODS)
_OF_PARTS = ("expiration", "checksum", "termination")


async def options(asked: Asked) -> Answer:
    """Return what clients of tus may do at this address. Raises what ``opened`` raises."""
    upload = await threads.run(opened, asked)
    extensions = _OF_PARTS if is_part(upload) else resource.EXTENSIONS
    return Answer(204, resource.abilities(receiving.largest(upload), extensions))


async def answer(asked: Asked) -> Answer:
    """Answer a request. Raises ``RequestRefused``, and what ``opened`` and ``addressed`` raise."""
    read.require_version(asked.headers)
    if asked.method not in METHODS:
        raise MethodUnknown(Allow=", ".join(("OPTIONS", *METHODS)))
    try:
        return await with_open(asked, partial(_answer, asked))
    except AddressUsed as used:
        return await _again(asked, used)


def is_part(upload: Upload) -> bool:
    """Whether this is a part of the upload of another address."""
    return upload.video_id is None


async def _answer(asked: Asked, upload: Upload) -> Answer:
    if asked.method == "HEAD":
        return await resource.head(upload, OF_ADDRESSES)
    if asked.method == "DELETE":
        return await threads.run(resource.delete, upload)
    if asked.method == "PATCH":
        if is_part(upload):
            await threads.run(receiving.begin_part, upload)
        return await resource.patch(asked, upload, OF_ADDRESSES)
    if is_part(upload):
        raise MethodUnknown(Allow=", ".join(("OPTIONS", *resource.METHODS)))
    found = await threads.run(keyed.claimed, upload.owner, asked, within=str(upload.pk))
    return await keyed.answer(
        found,
        threads,
        act=lambda: _create(asked, upload),
        again=lambda known: _created_before(asked, upload, known),
    )


async def _created_before(
    asked: Asked, upload: Upload, known: str | Sequence[Made]
) -> Answer | None:
    """Answer a creation that was made before; None if its upload is gone."""
    made = await threads.run(_made, upload, known)
    return None if made is None else await resource.created_before(asked, made, OF_ADDRESSES)


def _made(upload: Upload, known: str | Sequence[Made]) -> Upload | None:
    """Return the upload itself, or the part of it at a location or that was made last."""
    named = delegated.upload_of(known) if isinstance(known, str) else known[-1].id
    ours = Q(pk=upload.pk) | Q(pk__in=receiving.open_parts_for(upload))
    return Upload.objects.filter(ours, pk=named).first()


async def _again(asked: Asked, used: AddressUsed) -> Answer:
    """Answer a client that lost the answer to its last request; others are refused."""
    if asked.method == "HEAD":
        return await resource.head(used.upload, OF_ADDRESSES)
    named = _parts_named(asked) if asked.method == "POST" else None
    if named and named == receiving.parts_of(used.upload):
        return Answer(201, resource.created(used.upload, OF_ADDRESSES))
    raise used


async def _create(asked: Asked, upload: Upload) -> Answer:
    read.checksum(asked.headers)
    echoed = asked.headers.get("upload-metadata", "")
    read.metadata(echoed)
    if (named := _parts_named(asked)) is not None:
        return await _join(asked, upload, named, echoed)
    size = creation.size_of(asked)
    if read.concat(asked.headers).kind == "partial":
        return await _create_part(asked, upload, size, echoed)
    await addressed.begin(upload, size=size, tus_metadata=echoed)
    told = resource.created(upload, OF_ADDRESSES)
    if read.has_bytes(asked.headers):
        told |= await resource.append(asked, upload, 0, OF_ADDRESSES)
    return Answer(201, told)


async def _create_part(asked: Asked, upload: Upload, size: int | None, echoed: str) -> Answer:
    if size is None:
        raise HeaderInvalid("A part of this upload tells its Upload-Length when it is created.")
    part = await threads.run(receiving.create_part_for, upload, size=size, tus_metadata=echoed)
    told = resource.created(part, OF_ADDRESSES)
    if not read.has_bytes(asked.headers):
        return Answer(201, told)
    try:
        await threads.run(receiving.begin_part, part)
        return Answer(201, told | await resource.append(asked, part, 0, OF_ADDRESSES))
    except (RequestRefused, receiving.TooManyBytes):
        await threads.run(receiving.cancel, part)
        raise


async def _join(asked: Asked, upload: Upload, named: list[UUID], echoed: str) -> Answer:
    creation.require_no_bytes(asked)
    if receiving.parts_of(upload) != named:  # else the answer to the same request was lost
        await addressed.join(upload, named, tus_metadata=echoed)
    return Answer(201, resource.created(upload, OF_ADDRESSES))


def _parts_named(asked: Asked) -> list[UUID] | None:
    """Return the parts that a final upload is made of; None for another creation. Raises
    ``PartsInvalid``."""
    concat = read.concat(asked.headers)
    if concat.kind != "final":
        return None
    try:
        return [_part_at(address) for address in concat.parts]
    except BadAddress as error:
        raise receiving.PartsInvalid from error


def _part_at(address: str) -> UUID:
    return delegated.upload_of(delegated.PREFIX + address.rstrip("/").rpartition("/")[2])
