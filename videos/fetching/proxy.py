"""A proxy for a program that fetches by itself what strangers name: it leads to public addresses
only, and counts what comes.

A name is resolved here, its addresses are checked, and exactly these are connected to. It listens
on a Unix socket, so that a program without a network can use it and no other one can.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from videos.fetching import addresses
from videos.fetching.addresses import Network
from videos.fetching.errors import FetchFailed
from videos.fetching.proxied import Asked, Refused, closing, parsed

SOCKET = "proxy"
"""The name of the socket in its folder."""

_BLOCK_BYTES = 64 * 1024
_HEAD_BYTES = 64 * 1024
_CONNECT_SECONDS = 20.0
_AT_ONCE = 32
_RESOLVERS = 4
_FORBIDDEN, _AWAY = "403 Forbidden", "502 Bad Gateway"


class Proxy:
    """A context manager that listens in a folder. ``received`` has the bytes that servers sent,
    ``refused`` is set once an address was asked for that is not allowed."""

    def __init__(self, folder: Path, private: Sequence[Network] = ()) -> None:
        self._folder, self._private = folder, private
        self.received = 0
        self.refused = False
        self._thread = threading.Thread(target=self._run, name="site proxy", daemon=True)
        self._begun: Future[None] = Future()
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="site names")

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._begun.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._resolvers.shutdown(wait=False, cancel_futures=True)
        (self._folder / SOCKET).unlink(missing_ok=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._begun.done():
                raise
            self._begun.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self._few = asyncio.Semaphore(_AT_ONCE)
        server = await asyncio.start_unix_server(
            self._answer, sock=_listening(self._folder), limit=_HEAD_BYTES
        )
        self._begun.set_result(None)
        await self._over.wait()
        server.close()
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._few:
                await self._passed_on(reader, writer)
        except Refused as refusal:
            told = f"HTTP/1.1 {refusal.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            with contextlib.suppress(OSError):
                writer.write(told.encode())
                await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = parsed(await reader.readuntil(b"\r\n\r\n"))
        there, onward = await self._connected(asked.host, asked.port)
        try:
            if asked.is_tunnel:
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                onward.write(asked.head)
            sending = asyncio.create_task(_send_on(reader, onward, asked))
            try:
                if not asked.is_tunnel:
                    writer.write(closing(await there.readuntil(b"\r\n\r\n")))
                await self._bring_back(there, writer)
            finally:
                sending.cancel()
        finally:
            onward.close()

    async def _connected(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            found = await self._loop.run_in_executor(
                self._resolvers, addresses.resolve, host, port, self._private
            )
        except FetchFailed as failure:
            is_forbidden = failure.code == "fetch_forbidden_address"
            self.refused |= is_forbidden
            raise Refused(_FORBIDDEN if is_forbidden else _AWAY) from failure
        for address in found:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(address, port, limit=_HEAD_BYTES)
        raise Refused(_AWAY)

    async def _bring_back(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await there.read(_BLOCK_BYTES):
            self.received += len(block)
            writer.write(block)
            await writer.drain()


async def _send_on(
    reader: asyncio.StreamReader, onward: asyncio.StreamWriter, asked: Asked
) -> None:
    """Pass on what follows a request: everything in a tunnel, otherwise its body alone."""
    left = asked.body
    with contextlib.suppress(OSError):
        while asked.is_tunnel or left:
            block = await reader.read(_BLOCK_BYTES if asked.is_tunnel else min(left, _BLOCK_BYTES))
            if not block:
                break
            left -= len(block)
            onward.write(block)
            await onward.drain()
        if asked.is_tunnel:
            onward.write_eof()


def _listening(folder: Path) -> socket.socket:
    """Return a socket that listens in the folder, however long its path: the address of a Unix
    socket has a hundred characters at most, so it is named by way of the open folder."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        through = Path(f"/proc/self/fd/{opened}")
        listening.bind(str((through if through.exists() else folder) / SOCKET))
        return listening
    except OSError:
        listening.close()
        raise
    finally:
        os.close(opened)
