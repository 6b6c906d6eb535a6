"""Many WebSockets in few processes, so light that the measured server is what takes the time.

They read frames by hand: a client library would use more of the machine than the server.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

HANDSHAKES_AT_ONCE = 50
_MARK = re.compile(rb"@(\d+)#(\d+)#")
_SMALL, _MIDDLE = 125, 126
_ASK = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n"
    "Authorization: Bearer {key}\r\n\r\n"
)


def mark(number: int) -> str:
    """Return the text by which sockets find an event and the moment it was written."""
    return f"@{time.time_ns()}#{number}#"


@dataclass
class Heard:
    """What some sockets heard: how many events took how many milliseconds, how many frames they
    came in, how many were lost, how many came out of order, and with which codes sockets were
    closed."""

    milliseconds: Counter[int] = field(default_factory=Counter)
    frames: int = 0
    lost: int = 0
    disordered: int = 0
    closed: Counter[int] = field(default_factory=Counter)

    def add(self, other: Heard) -> None:
        """Add what other sockets heard."""
        self.milliseconds += other.milliseconds
        self.frames += other.frames
        self.lost += other.lost
        self.disordered += other.disordered
        self.closed += other.closed

    def quantile(self, share: float) -> int:
        """Return within how many milliseconds this share of the events came."""
        left = share * self.milliseconds.total()
        for took in sorted(self.milliseconds):
            left -= self.milliseconds[took]
            if left <= 0:
                return took
        return 0


class Socket(asyncio.Protocol):
    """One socket, which notes every event that it hears."""

    def __init__(self, heard: Heard) -> None:
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_closed = False
        self._heard = heard
        self._bytes = bytearray()
        self._next = 0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that nothing comes any more."""
        self.is_closed = True

    def ask(self, path: str, port: int, key: str) -> None:
        """Send the head that opens the socket."""
        nonce = base64.b64encode(os.urandom(16)).decode()
        head = _ASK.format(path=path, port=port, nonce=nonce, key=key)
        self._transport.write(head.encode())

    def say(self, text: bytes) -> None:
        """Send a text frame, with a mask of zeros."""
        size = len(text)
        head = struct.pack("!BBH", 0x81, 0x80 | _MIDDLE, size)
        if size <= _SMALL:
            head = struct.pack("!BB", 0x81, 0x80 | size)
        self._transport.write(head + b"\0\0\0\0" + text)

    def data_received(self, data: bytes) -> None:
        """Take whole frames out of what has come."""
        self._bytes += data
        if not self.is_open.done():
            head, end, rest = bytes(self._bytes).partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                raise RuntimeError(f"a socket was answered by {head!r}")
            self._bytes = bytearray(rest)
            self.is_open.set_result(None)
        for frame in self._frames():
            self._note(frame)

    def close(self) -> None:
        """End the connection."""
        self._transport.abort()

    def finish(self, events: int) -> None:
        """Count what did not come of so many events."""
        self._heard.lost += events - self._next

    def _frames(self) -> Iterator[bytes]:
        while len(self._bytes) > 1:
            kind, size, start = self._bytes[0] & 15, self._bytes[1] & 127, 2
            if size > _SMALL:
                width = 2 if size == _MIDDLE else 8
                size, start = int.from_bytes(self._bytes[2 : 2 + width], "big"), 2 + width
            if len(self._bytes) < start + size:
                return
            frame = bytes(self._bytes[start : start + size])
            del self._bytes[: start + size]
            if kind == 1:
                yield frame
            elif kind == 8:
                self._heard.closed[int.from_bytes(frame[:2], "big")] += 1
            elif kind == 9:
                self._transport.write(struct.pack("!BB", 0x8A, 0x80 | size) + b"\0\0\0\0" + frame)

    def _note(self, frame: bytes) -> None:
        now = time.time_ns()
        if not self.is_greeted.done():
            self.is_greeted.set_result(None)
        marks = _MARK.findall(frame)
        self._heard.frames += bool(marks)
        for written, number in marks:
            self._heard.milliseconds[(now - int(written)) // 1_000_000] += 1
            expected, self._next = self._next, int(number) + 1
            if int(number) > expected:
                self._heard.lost += int(number) - expected
            elif int(number) < expected:
                self._heard.disordered += 1


async def opened(
    count: int, heard: Heard, *, greeted: bool, path: str, port: int, key: str
) -> list[Socket]:
    """Open this many sockets, some at a time. A server that greets owes nothing before that."""
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(HANDSHAKES_AT_ONCE)

    async def one() -> Socket:
        async with gate:
            _, socket = await loop.create_connection(lambda: Socket(heard), "127.0.0.1", port)
            socket.ask(path, port, key)
            await asyncio.wait_for(socket.is_open, 60)
            if greeted:
                await asyncio.wait_for(socket.is_greeted, 60)
            return socket

    return list(await asyncio.gather(*(one() for _ in range(count))))


def listen(count: int, address: dict[str, Any], events: int, pipe: Any) -> None:
    """Open sockets in this process, say so, and send what they heard once asked to."""
    asyncio.run(_in_process(count, address, pipe, lambda socket: socket.finish(events), None))


def echo(count: int, address: dict[str, Any], about: tuple[int, float, int], pipe: Any) -> None:
    """Open sockets, and have each send some texts of a size, one after so many seconds; then send
    how long their echoes took."""
    texts, _, _ = about
    asyncio.run(_in_process(count, address, pipe, lambda socket: socket.finish(texts), about))


async def _in_process(
    count: int,
    address: dict[str, Any],
    pipe: Any,
    finish: Callable[[Socket], None],
    echoes: tuple[int, float, int] | None,
) -> None:
    heard = Heard()
    sockets = await opened(count, heard, greeted=echoes is None, **address)
    loop = asyncio.get_running_loop()
    pipe.send("open")
    if echoes is not None:
        await loop.run_in_executor(None, pipe.recv)
        await asyncio.gather(*(_say(socket, at, *echoes) for at, socket in enumerate(sockets)))
    await loop.run_in_executor(None, pipe.recv)
    for socket in sockets:
        finish(socket)
        socket.close()
    pipe.send(heard)


async def _say(socket: Socket, at: int, texts: int, seconds: float, size: int) -> None:
    await asyncio.sleep(seconds * (at % 100) / 100)
    for number in range(texts):
        socket.say(mark(number).encode().ljust(size, b"."))
        await asyncio.sleep(seconds)
