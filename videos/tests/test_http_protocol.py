"""Half a request, or one with endless headers, does not stay."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from uvicorn import Config, Server

from config.http_protocol import HEAD_BYTES, BoundedProtocol

pytestmark = pytest.mark.anyio

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Quick(BoundedProtocol):
    head_seconds = 0.3


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens a connection to a server that answers 200 as soon as it has the body."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"well"})

    config = Config(app, port=0, http=Quick, lifespan="off", log_config=None)
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield lambda: asyncio.open_connection("127.0.0.1", port)
    server.should_exit = True
    await serving


async def test_a_whole_request_is_answered_however_long_its_body_takes(connect: Connect) -> None:
    reader, writer = await connect()
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
    # Longer than a head may take: what has a head is not the protocol's to end.
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 1)
    writer.write(b"b")
    assert (await asyncio.wait_for(reader.readline(), 20)).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_half_a_request_is_hung_up_on(connect: Connect, sent: bytes) -> None:
    reader, writer = await connect()
    writer.write(sent)
    assert await asyncio.wait_for(reader.read(), 20) == b""
    writer.close()


async def test_half_of_a_further_request_is_hung_up_on_too(connect: Connect) -> None:
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n")
    answer = await asyncio.wait_for(reader.read(), 20)
    assert answer.count(b"HTTP/1.1 200") == 1
    writer.close()


@pytest.mark.parametrize("line", [b"X-A: y\r\n", b"y"])
async def test_endless_headers_are_refused(connect: Connect, line: bytes) -> None:
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-B: y")
    writer.write(b"\r\n" if line.endswith(b"\n") else b"")
    writer.write(line * (HEAD_BYTES // len(line) + 1))
    assert (await asyncio.wait_for(reader.readline(), 20)).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_headers_that_fit_are_taken(connect: Connect) -> None:
    reader, writer = await connect()
    for _ in range(2):
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nX-B: " + b"y" * (HEAD_BYTES - 1000) + b"\r\n\r\n"
        )
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n0\r\n\r\n"), 20)).startswith(
            b"HTTP/1.1 200"
        )
    writer.close()
