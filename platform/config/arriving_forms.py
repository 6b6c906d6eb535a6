"""Forms with files, parsed while they arrive: a file is written once, where uploads are kept.

It is Django's own parser that reads them, so nothing is understood otherwise than it would be of a
body that lies there whole. It asks for bytes that have not come yet, and is put aside then: each
parser is a greenlet in one of a few threads. A slow upload holds no thread, no database connection
and some hundred kilobytes.
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
# So much is gathered before a thread is asked to take it.
_BLOCK_BYTES = 256 * 1024
_LENGTH = (b"content-length", b"transfer-encoding")

_threads = itertools.cycle(
    [ThreadPoolExecutor(1, thread_name_prefix=f"form-{number}") for number in range(_THREADS)]
)


class _Abandoned(Exception):
    """Raised in a parser whose bytes will not come."""


def is_form(scope: HTTPScope) -> bool:
    """Whether a request's body is a form that may carry files."""
    if scope["method"].upper() != "POST":
        return False
    kinds = [value for name, value in scope["headers"] if name.lower() == b"content-type"]
    return b",".join(kinds).partition(b";")[0].strip().lower() == b"multipart/form-data"


async def arrived(scope: HTTPScope, receive: ASGIReceiveCallable) -> ASGIRequest | None:
    """The request when its form is there, parsed; a form that cannot be parsed raises why when
    somebody asks for it, as Django's requests do. None, and nothing read, of what is no request.

    Raises ``RequestAborted`` when the client goes away, ``OSError`` when the disk takes no more,
    and what ``receive`` raises; of the files nothing is left then.
    """
    stream = _Arriving()
    # Django takes a form of no announced length for none at all.
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
        await parser.take(b"")
    except BaseException:
        await asyncio.shield(parser.abandon())
        raise
    if parser.error is not None:
        unreadable = cast("IO[bytes]", _Unreadable(parser.error))
        return ASGIRequest(of_length(scope, size), unreadable)
    request.META["CONTENT_LENGTH"] = str(size)
    return request


def of_length(scope: HTTPScope, size: int) -> HTTPScope:
    """A request that says how long its body is, however it came."""
    headers = list(scope["headers"])
    others = [pair for pair in headers if pair[0].lower() not in _LENGTH]
    if size or len(others) < len(headers):
        others.append((b"content-length", str(size).encode()))
    return {**scope, "headers": others}


async def _blocks(receive: ASGIReceiveCallable) -> AsyncIterator[bytes]:
    """The body in blocks worth a thread's while; none of them is empty."""
    gathered, more = bytearray(), True
    while more:
        event: Any = await receive()
        if event["type"] == "http.disconnect":
            raise RequestAborted
        gathered += event.get("body", b"")
        more = event.get("more_body", False)
        if gathered and (not more or len(gathered) >= _BLOCK_BYTES):
            yield bytes(gathered)
            gathered.clear()


class _Arriving:
    """The body as a file: reading waits, in a greenlet, for what is to come."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._whole = False

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end."""
        while not self._whole and not 0 <= size <= len(self._bytes):
            parser = getcurrent()
            block = parser.parent.switch() if parser.parent else b""
            self._bytes += block
            self._whole = not block
        taken = bytes(self._bytes[:size] if size >= 0 else self._bytes)
        del self._bytes[: len(taken)]
        return taken

    def readline(self) -> bytes:
        """Some bytes: the parser asks for lines only to be rid of what follows the form."""
        return self.read(_BLOCK_BYTES)

    def close(self) -> None:
        """Let go of what nobody reads."""
        self._bytes.clear()


class _Unreadable:
    """The body of a form that could not be parsed."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, size: int = -1) -> bytes:
        """Raise why."""
        raise self._error

    def close(self) -> None:
        """Nothing is open."""


class _Parser:
    """A request's parser in its thread. While that works on a block the next one may come."""

    def __init__(self, request: ASGIRequest) -> None:
        self.error: Exception | None = None
        self._request = request
        self._thread = next(_threads)
        self._working: asyncio.Future[None] | None = None
        # It belongs to the thread that makes it.
        self._greenlet: greenlet | None = None

    async def take(self, block: bytes) -> None:
        """The next bytes, none at the end; raises what the disk says to the ones before."""
        await self._settled()
        self._working = self._in_thread(self._go_on, block)
        if not block:
            await self._settled()

    async def abandon(self) -> None:
        """No more comes: nothing of it is kept."""
        with suppress(Exception):
            await self._settled()
        await self._in_thread(self._drop)

    async def _settled(self) -> None:
        working, self._working = self._working, None
        if working is not None:
            await working

    def _in_thread(self, act: Callable[..., None], *args: object) -> asyncio.Future[None]:
        return asyncio.get_running_loop().run_in_executor(self._thread, act, *args)

    def _go_on(self, block: bytes) -> None:
        if self._greenlet is None:
            self._greenlet = greenlet(self._parse)
            self._greenlet.switch()
        # One that ended early cannot use the rest, which is read nevertheless.
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
