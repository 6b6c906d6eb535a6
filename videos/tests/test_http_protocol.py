"""Half a request, or one with endless headers, does not stay."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs
from uvicorn import Config, Server

from config.http_protocol import HEAD_BYTES, LINGER_BYTES, BoundedProtocol

pytestmark = pytest.mark.anyio

LAST = b"POST /at-once HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Quick(BoundedProtocol):
    head_seconds = 0.3
    unread_seconds = 0.3


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens a connection to a server that answers 200, with the names of the headers it was sent,
    as soon as it has the body; at /at-once without waiting for that, at /much with much."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while scope["path"] != "/at-once" and (await receive()).get("more_body"):
            pass
        much = b"y" * (64 * 1024**2 if scope["path"] == "/much" else 0)
        names = b" ".join(name for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"well " + names + much})

    config = Config(app, port=0, http=Quick, lifespan="off", log_config=None, timeout_keep_alive=1)
    async with _serving(config) as port:
        yield lambda: asyncio.open_connection("127.0.0.1", port)


@asynccontextmanager
async def _serving(config: Config) -> AsyncIterator[int]:
    """A server, by its port."""
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield port
    server.should_exit = server.force_exit = True
    await serving


async def test_whoever_is_too_many_is_told_so_as_of_every_fault() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with _serving(
        Config(app, port=0, http=Quick, lifespan="off", log_config=None, limit_concurrency=2)
    ) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readuntil(b"0\r\n\r\n")).startswith(b"HTTP/1.1 200")
        with capture_logs() as lines:
            second, asks = await asyncio.open_connection("127.0.0.1", port)
            asks.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            head, _, body = (await second.read()).partition(b"\r\n\r\n")
        asks.close()
        await asks.wait_closed()
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        await writer.wait_closed()
    assert head.startswith(b"HTTP/1.1 503")
    assert b"application/problem+json" in head
    assert b"retry-after: " in head
    problem = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])
    assert problem["code"] == "server_busy"
    assert problem["request_id"].encode() in head
    assert [line["status"] for line in lines if line["event"] == "request"] == [503]


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


@pytest.mark.parametrize(
    "sent", [b"BOGUS\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nA b: c\r\n\r\n"]
)
async def test_what_is_no_http_is_refused_with_an_id_that_is_logged(
    connect: Connect, sent: bytes
) -> None:
    with capture_logs() as lines:
        reader, writer = await connect()
        writer.write(sent)
        head, _, body = (await asyncio.wait_for(reader.read(), 20)).partition(b"\r\n\r\n")
        writer.close()
    problem = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])
    assert (problem["status"], problem["code"]) == (400, "bad_http")
    assert f"x-request-id: {problem['request_id']}".encode() in head.split(b"\r\n")
    assert f"content-length: {len(body)}".encode() in head.split(b"\r\n")
    [line] = [one for one in lines if one["event"] == "request_unreadable"]
    assert (line["request_id"], line["status"]) == (problem["request_id"], 400)
    assert line["ip"] == "127.0.0.1"


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


@pytest.mark.parametrize(
    ("request_line", "after"),
    [(b"GET /", b"\r\n"), (b"POST /at-once", b"y"), (b"POST /at-once", b"")],
)
async def test_bytes_of_no_further_request_keep_no_connection_open(
    connect: Connect, request_line: bytes, after: bytes
) -> None:
    reader, writer = await connect()
    length = b"Content-Length: 9\r\n" if request_line.startswith(b"POST") else b""
    writer.write(request_line + b" HTTP/1.1\r\nHost: x\r\n" + length + b"\r\n")
    await asyncio.wait_for(reader.readuntil(b"\r\n0\r\n\r\n"), 20)
    writer.write(after)
    assert await asyncio.wait_for(reader.read(), 20) == b""
    writer.close()


async def test_a_further_request_after_empty_lines_is_answered(connect: Connect) -> None:
    reader, writer = await connect()
    for _ in range(3):
        writer.write(b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.wait_for(reader.readuntil(b"\r\n0\r\n\r\n"), 20)
    writer.close()


@pytest.mark.parametrize("line", [b"X-A: y\r\n", b"y"])
@pytest.mark.parametrize("before", [b"0\r\nX-B: y", b"1;y"])
async def test_endless_trailers_and_extensions_are_refused(
    connect: Connect, line: bytes, before: bytes
) -> None:
    reader, writer = await connect()
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + before)
    writer.write(b"\r\n" if line.endswith(b"\n") else b"")
    for _ in range(20):  # in pieces, as a parser that reads all at once would be done with it
        writer.write(line * (HEAD_BYTES // len(line)))
        await writer.drain()
    assert (await asyncio.wait_for(reader.readline(), 20)).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_a_trailer_is_not_taken_for_a_header(connect: Connect) -> None:
    reader, writer = await connect()
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    writer.write(b"1\r\ny\r\n0\r\nAuthorization: Bearer y\r\n\r\n")
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n0\r\n\r\n"), 20)
    assert b"well host transfer-encoding\r\n" in answer
    writer.close()


async def test_a_client_that_does_not_read_is_hung_up_on(connect: Connect) -> None:
    _, writer = await connect()
    writer.write(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(20):
            while True:  # says something, as nothing else shows a peer's reset without reading
                writer.write(b"\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
    writer.close()


async def test_whoever_still_sends_can_read_why_no_more_is_taken(connect: Connect) -> None:
    """An answer before the body is not lost because the connection closes on what comes."""
    reader, writer = await connect()
    writer.write(LAST + b"Content-Length: 50000000\r\n\r\n")
    for _ in range(50):
        writer.write(b"x" * 1_000_000)
        await asyncio.wait_for(writer.drain(), 20)
    answer = await asyncio.wait_for(reader.read(), 20)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"0\r\n\r\n")
    writer.close()


async def test_nobody_may_send_for_ever_what_is_not_taken(connect: Connect) -> None:
    _, writer = await connect()
    writer.write(LAST + b"Content-Length: 5000000000\r\n\r\n")
    sent = 0
    with pytest.raises(OSError):  # reset or broken, as it falls out
        while sent < 2 * LINGER_BYTES:
            writer.write(b"x" * 1_000_000)
            await asyncio.wait_for(writer.drain(), 20)
            sent += 1_000_000
    assert sent < 2 * LINGER_BYTES


async def test_who_sends_on_and_on_is_hung_up_on(connect: Connect) -> None:
    reader, writer = await connect()
    writer.write(
        b"POST /at-once HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9\r\n\r\n"
    )
    assert (await asyncio.wait_for(reader.read(), 20)).startswith(b"HTTP/1.1 200")
    with pytest.raises(OSError):  # reset or broken, as it falls out
        async with asyncio.timeout(20):
            while True:
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
