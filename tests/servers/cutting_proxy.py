"""A proxy that cuts the connection again and again, as bad lines do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_BLOCK = 64 * 1024


@dataclass
class CuttingProxy:
    """Passes connections on to ``port``, and cuts them all each time another ``every`` bytes were
    sent there, ``cuts`` times. ``at_cut`` is called with the number of each cut, from 1 on."""

    port: int
    every: int
    cuts: int
    at_cut: Callable[[int], None] = lambda number: None
    done: int = 0
    own_port: int = 0
    _passed: int = 0

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        """Serve until told to stop."""
        self._open: set[asyncio.StreamWriter] = set()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.own_port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        self._cut()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.close()
            return
        self._open |= {writer, back}
        await asyncio.gather(
            self._pass(reader, back, counts=True), self._pass(there, writer, counts=False)
        )
        self._open -= {writer, back}

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        with suppress(OSError):
            while block := await reader.read(_BLOCK):
                writer.write(block)
                await writer.drain()
                if counts:
                    await self._count(len(block))
        writer.close()

    async def _count(self, size: int) -> None:
        self._passed += size
        if self.done < self.cuts and self._passed > self.every * (self.done + 1):
            self.done += 1
            self._cut()
            await asyncio.to_thread(self.at_cut, self.done)

    def _cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()
        self._open.clear()


@contextmanager
def running(proxy: CuttingProxy) -> Iterator[CuttingProxy]:
    """Serve in a thread of its own."""
    started, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(proxy.serve(started, stop)), daemon=True
    )
    thread.start()
    assert started.wait(60)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        loop.close()
