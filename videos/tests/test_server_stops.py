"""A web process that is told to stop answers what came, and takes nothing more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import websockets
from uvicorn import Config

from config.body_guard import BodyGuard, Refusal
from config.http_protocol import BoundedProtocol
from config.serve import WebServer

pytestmark = pytest.mark.anyio

HEAD = b"POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Protocol(BoundedProtocol):
    last_head_seconds = 0.5


class Server(WebServer):
    answer_seconds = 0.5

    @property
    def port(self) -> int:
        return int(self.servers[0].sockets[0].getsockname()[1])

    async def has_begun(self) -> None:
        """Until it works on a request."""
        async with asyncio.timeout(20):
            while not self.server_state.tasks:
                await asyncio.sleep(0.02)

    async def told_to_stop(self) -> None:
        """Until it listens no more."""
        port, self.should_exit = self.port, True
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    return
                writer.close()
                await asyncio.sleep(0.02)


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Tells how many bytes came; at /much it sends much, and a socket is open until closed."""
    event = await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    size = len(event["body"])
    while event["more_body"]:
        event = await receive()
        size += len(event.get("body", b""))
    content = str(size).encode() + b"y" * (64 * 1024**2 if scope["path"] == "/much" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": content})


async def _admit(scope: Any, announced: int | None) -> Refusal | None:
    return None


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment before the end is long enough for a machine that has much else to do."""
    monkeypatch.setattr(Protocol, "last_head_seconds", 2.0)
    monkeypatch.setattr(Server, "answer_seconds", 20.0)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """One that gives uploads a minute, answers half a second."""
    guarded = BodyGuard(_app, upload_paths={"/up": 100}, admit=_admit)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await guarded(scope, receive, send)

    config = Config(
        app,
        port=0,
        http=Protocol,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=60,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0.01)
    yield server
    server.should_exit = True
    await asyncio.wait_for(serving, 20)


@pytest.fixture
async def connect(server: Server) -> AsyncIterator[Connect]:
    port, writers = server.port, []

    async def connected() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        return reader, writer

    yield connected
    for writer in writers:
        writer.close()


async def test_an_upload_on_its_way_is_taken_to_its_end(server: Server, connect: Connect) -> None:
    reader, writer = await connect()
    writer.write(HEAD + b"1234")
    await server.has_begun()
    await server.told_to_stop()
    await asyncio.sleep(1)  # longer than answers have
    writer.write(b"5678")
    answer = await asyncio.wait_for(reader.read(), 20)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer


async def test_one_that_takes_too_long_is_told_to_come_again(
    server: Server, connect: Connect
) -> None:
    server.config.timeout_graceful_shutdown = 2
    reader, writer = await connect()
    writer.write(HEAD + b"1234")
    await server.has_begun()
    await server.told_to_stop()
    answer = await asyncio.wait_for(reader.read(), 20)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1" in answer
    assert b'"server_stopping"' in answer


@pytest.mark.usefixtures("patient")
async def test_a_request_on_its_way_in_is_answered(server: Server, connect: Connect) -> None:
    """A proxy has connected, and its request comes a moment after the signal."""
    reader, writer = await connect()
    served, again = await connect()
    again.write(GET)
    await served.readuntil(b"\r\n0\r\n\r\n")
    again.write(GET[:20])  # half of a further one
    await asyncio.sleep(0.2)
    await server.told_to_stop()
    writer.write(GET)
    again.write(GET[20:])
    for one in (reader, served):
        answer = await asyncio.wait_for(one.read(), 20)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer


async def test_connections_without_a_request_are_closed_soon(
    server: Server, connect: Connect
) -> None:
    silent, _ = await connect()
    idle, writer = await connect()
    writer.write(GET)
    await idle.readuntil(b"\r\n0\r\n\r\n")
    await asyncio.sleep(0.1)
    await server.told_to_stop()
    async with asyncio.timeout(20):
        assert (await idle.read(), await silent.read()) == (b"", b"")


async def test_who_reads_slowly_does_not_use_up_the_grace(server: Server, connect: Connect) -> None:
    reader, writer = await connect()
    writer.write(GET.replace(b"/", b"/much", 1))
    await reader.readline()
    await server.told_to_stop()
    async with asyncio.timeout(20):
        while server.server_state.connections:
            await asyncio.sleep(0.05)


async def test_feeds_are_told_to_come_again(server: Server) -> None:
    address = f"ws://127.0.0.1:{server.port}/"
    async with websockets.connect(address) as feed:
        await server.told_to_stop()
        await asyncio.wait_for(feed.wait_closed(), 20)
        assert feed.close_code == 1012


@pytest.mark.usefixtures("patient")
async def test_a_feed_that_opens_at_the_last_moment_too(server: Server, connect: Connect) -> None:
    reader, writer = await connect()
    await asyncio.sleep(0.2)
    await server.told_to_stop()
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    told = reader.readuntil(b"\x88\x02" + (1012).to_bytes(2, "big"))
    assert (await asyncio.wait_for(told, 20)).startswith(b"HTTP/1.1 101")
