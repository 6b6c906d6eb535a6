"""Parse forms with files while they arrive: a file is written once, in the folder of uploads.

Django's own parser reads the form, so the result is the same as for a body that has arrived in
full. When the parser asks for bytes that have not arrived yet, it is suspended: each parser is a
greenlet in one of a few threads. A slow upload therefore holds about a megabyte of memory,
but no thread and no database connection.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any, cast

from asgiref.typing import ASGIReceiveCallable, HTTPScope
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIRequest
from greenlet import getcurrent, greenlet

_THREADS = 4
# How much is gathered before a thread is given it.
_BLOCK_BYTES = 512 * 1024
_LENGTH = (b"content-length", b"transfer-encoding")

_threads = itertools.cycle(
    [ThreadPoolExecutor(1, thread_name_prefix=f"form-{number}") for number in range(_THREADS)]
)


class _Abandoned(Exception):
    """Raised in a parser when the rest of its bytes will not arrive."""


def is_form(scope: HTTPScope) -> bool:
    """Whether a request's body is a form that may carry files."""
    if scope["method"].upper() != "POST":
        return False
    kinds = [value for name, value in scope["headers"] if name.lower() == b"content-type"]
    return b",".join(kinds).partition(b";")[0].strip().lower() == b"multipart/form-data"


async def arrived(scope: HTTPScope, receive: ASGIReceiveCallable) -> ASGIRequest | None:
    """Read the form and return the request with the form parsed, or None, before reading anything,
    if the scope is not a valid request. If the form cannot be parsed, the request raises the error
    when the form is accessed, as Django's requests do.

    Raises ``RequestAborted`` if the client disconnects, ``OSError`` if the disk is full, and
    whatever ``receive`` raises; the files are deleted then.
    """
    stream = _Arriving()
    # Django ignores a form whose length is not announced.
    try:
        request = ASGIRequest(of_length(scope, 1), cast("IO[bytes]", stream))
    except UnicodeDecodeError:
        return None
    parser = _Parser(request)
    size = 0
    try:
        async for block in _blocks(receive):
            size += len(block)
            await parser.take(block)
        await parser.take(bytearray())
    except BaseException:
        await asyncio.shield(parser.abandon())
        raise
    if parser.error is not None:
        unreadable = cast("IO[bytes]", _Unreadable(parser.error))
        return ASGIRequest(of_length(scope, size), unreadable)
    request.META["CONTENT_LENGTH"] = str(size)
    return request


def of_length(scope: HTTPScope, size: int) -> HTTPScope:
    """Return the scope with a Content-Length header, however the body was sent."""
    headers = list(scope["headers"])
    others = [pair for pair in headers if pair[0].lower() not in _LENGTH]
    if size or len(others) < len(headers):
        others.append((b"content-length", str(size).encode()))
    return {**scope, "headers": others}


async def _blocks(receive: ASGIReceiveCallable) -> AsyncIterator[bytearray]:
    """Yield the body in blocks large enough to be worth a thread's work; none is empty."""
    gathered, more = bytearray(), True
    while more:
        event: Any = await receive()
        if event["type"] == "http.disconnect":
            raise RequestAborted
        gathered += event.get("body", b"")
        more = event.get("more_body", False)
        if gathered and (not more or len(gathered) >= _BLOCK_BYTES):
            yield gathered
            gathered = bytearray()


class _Arriving:
    """The body as a file: a read suspends its greenlet until the bytes arrive."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._whole = False

    def read(self, size: int = -1) -> bytearray:
        """Return the bytes that arrived last, at most ``size``; none at the end of the body.

        Blocks are handed on as they are, since each copy of a large file costs time.
        """
        if not self._block and not self._whole:
            parser = getcurrent()
            self._block = parser.parent.switch() if parser.parent else bytearray()
            self._whole = not self._block
        if 0 <= size < len(self._block):
            taken, self._block = self._block[:size], self._block[size:]
        else:
            taken, self._block = self._block, bytearray()
        return taken

    def readline(self) -> bytearray:
        """Return some bytes: the parser reads lines only to discard what follows the form."""
        return self.read()

    def close(self) -> None:
        """Discard the bytes that were not read."""
        self._block = bytearray()


class _Unreadable:
    """The body of a form that could not be parsed."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, size: int = -1) -> bytes:
        """Raise the parser's error."""
        raise self._error

    def close(self) -> None:
        """Do nothing: no file is open."""


class _Parser:
    """A request's parser in its thread. While it works on one block, the next can arrive."""

    def __init__(self, request: ASGIRequest) -> None:
        self.error: Exception | None = None
        self._request = request
        self._thread = next(_threads)
        self._working: asyncio.Future[None] | None = None
        # A greenlet belongs to the thread that creates it.
        self._greenlet: greenlet | None = None

    async def take(self, block: bytearray) -> None:
        """Hand on the next bytes, none at the end; raise the error of writing the ones before."""
        await self._settled()
        self._working = self._in_thread(self._go_on, block)
        if not block:
            await self._settled()

    async def abandon(self) -> None:
        """Stop parsing and delete what was written."""
        with suppress(Exception):
            await self._settled()
        await self._in_thread(self._drop)

    async def _settled(self) -> None:
        working, self._working = self._working, None
        if working is not None:
            await working

    def _in_thread(self, act: Callable[..., None], *args: object) -> asyncio.Future[None]:
        return asyncio.get_running_loop().run_in_executor(self._thread, act, *args)

    def _go_on(self, block: bytearray) -> None:
        if self._greenlet is None:
            self._greenlet = greenlet(self._parse)
            self._greenlet.switch()
        # A parser that ended early ignores the rest, which is received nevertheless.
        if not self._greenlet.dead:
            self._greenlet.switch(block)

    def _parse(self) -> None:
        try:
            _ = self._request.POST
        except (OSError, _Abandoned):
            self._interrupt()
            raise
        except Exception as error:
            self._interrupt()
            self.error = error

    def _drop(self) -> None:
        if self._greenlet is not None and not self._greenlet.dead:
            with suppress(_Abandoned):
                self._greenlet.throw(_Abandoned)
        self._request.close()

    def _interrupt(self) -> None:
        for handler in self._request.upload_handlers:
            handler.upload_interrupted()
