"""The ASGI app under ``/u/``: addresses to which somebody without an account uploads one file.

An address takes the file in one PUT, in chunks (``ranged_put``), or by tus (``address_tus``). No
account and no cookie is looked at: whoever has the address may upload within its limits, until a
file has arrived.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import structlog
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from accounts import credentials, throttling
from videos.api import address_tus, upload_refusals
from videos.api.tus.refusals import VERSION, Refused
from videos.api.upload_refusals import Answer, MethodUnknown, TooManyRequests
from videos.database_threads import DatabaseThreads
from videos.ingest import addressed, delegated, ranged_put, receiving
from videos.ingest.addressed import Progress
from videos.ingest.delegated import AddressUsed, BadAddress
from videos.ingest.ranged_put import BadRange, Chunk
from videos.models import Upload

logger = structlog.get_logger(__name__)

_CHUNKED = ("PUT", "POST", "PATCH")
_threads = DatabaseThreads("address", size=2, waiting=500, queue_seconds=10, run_seconds=10)


class _Disconnected(Exception):
    """Raised when the client goes away before its body has arrived."""


class UploadAddresses:
    """Takes what is sent to the addresses of delegated uploads."""

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        asked = _Asked(scope, receive)
        try:
            answer = await _answer(asked)
        except _Disconnected:
            return
        except Refused as refused:
            answer = upload_refusals.of_tus(refused, asked.path)
        except upload_refusals.KNOWN as error:
            answer = upload_refusals.of(error, asked.path)
        if asked.is_tus:
            answer = answer.with_header("Tus-Resumable", VERSION)
        await answer.send(send, close=not asked.is_read)


class _Asked:
    """A request: its path, its headers, and its body, which is read once."""

    def __init__(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> None:
        self.path = scope["path"]
        self.headers = credentials.headers_of(scope["headers"])
        self.is_tus = address_tus.HEADER in self.headers
        other = self.headers.get("x-http-method-override") if self.is_tus else None
        self.method = (other or scope["method"]).upper()
        self.address = scope["client"][0] if scope["client"] else None
        self.is_read = False
        self._receive = receive

    @property
    def chunk(self) -> Chunk | None:
        """What ``Content-Range`` says, or None. Raises ``BadRange``, also if the length of the body
        is another one."""
        header = self.headers.get("content-range")
        chunk = None if header is None else ranged_put.parsed(header)
        if chunk is not None and self.length not in (None, chunk.size):
            raise BadRange
        return chunk

    @property
    def length(self) -> int | None:
        """The length of the body in bytes, if it is announced."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() else None

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body in blocks. Raises ``_Disconnected``."""
        while not self.is_read:
            event: Any = await self._receive()
            if event["type"] == "http.disconnect":
                raise _Disconnected
            self.is_read = not event.get("more_body", False)
            if block := event.get("body", b""):
                yield block


async def _answer(asked: _Asked) -> Answer:
    if asked.method == "OPTIONS":
        return address_tus.options()
    return await (_tus_answer(asked) if asked.is_tus else _put_answer(asked))


async def _tus_answer(asked: _Asked) -> Answer:
    request = address_tus.TusRequest(asked.method, asked.path, asked.headers, asked.body())
    request.require_version()
    try:
        upload = await _threads.run(_opened, asked)
        try:
            return await address_tus.answer(request, upload)
        except receiving.UploadOver:
            await _threads.run(_opened, asked)  # says why it is over
            raise
    except AddressUsed as used:
        return address_tus.after_its_end(request, used)


async def _put_answer(asked: _Asked) -> Answer:
    chunk = asked.chunk
    if asked.method not in (_CHUNKED if chunk else ("PUT",)):
        raise MethodUnknown
    try:
        return await _open_answer(asked, chunk)
    except AddressUsed as used:
        if chunk and await addressed.repeats_the_end(used.upload, chunk, asked.body()):
            return _told(used.upload, Progress(used.upload.received, finished=True))
        raise


async def _open_answer(asked: _Asked, chunk: Chunk | None) -> Answer:
    upload = await _threads.run(_opened, asked)
    try:
        return _told(upload, await _taken(asked, upload, chunk))
    except receiving.UploadOver:
        await _threads.run(_opened, asked)  # says why it is over
        raise


async def _taken(asked: _Asked, upload: Upload, chunk: Chunk | None) -> Progress:
    if chunk is None:
        return await addressed.take_whole(upload, asked.body(), announced=asked.length)
    if chunk.size:
        return await addressed.take_chunk(upload, chunk, asked.body())
    return await addressed.how_far(upload, chunk)


def _opened(asked: _Asked) -> Upload:
    """Return the upload, or raise why it takes nothing from this client."""
    try:
        upload_id = delegated.upload_of(asked.path)
    except BadAddress:
        _require_few(throttling.of_wrong_key(asked.address))
        raise
    _require_few(throttling.of_upload(upload_id))
    return delegated.opened(asked.path, asked.headers.get("origin"))


def _require_few(usage: throttling.Usage | None) -> None:
    if usage is not None and usage.is_over:
        raise TooManyRequests(usage.seconds)


def _told(upload: Upload, progress: Progress) -> Answer:
    """The answer to what was taken: 308 as long as bytes are missing."""
    if not progress.finished:
        headers = ranged_put.range_of(progress.offset)
        return Answer(HTTPStatus.PERMANENT_REDIRECT, None, headers)
    told = {"id": str(upload.pk), "state": "finished", "size": progress.offset}
    return Answer(HTTPStatus.OK, told)
