"""An upload address over sockets: lines that break, bodies that lie, two clients at once."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async as in_database
from uvicorn import Server

from accounts.models import User
from config import serve
from videos.ingest import delegated
from videos.ingest.receiving import writer as writers
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Source, Upload

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

FILE = bytes(range(256)) * 20_000
SIZE = len(FILE)
HALF = SIZE // 2


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer looks often who else wants to write."""
    monkeypatch.setattr(writers, "LOOK_SECONDS", 0.05)


@dataclass
class Answer:
    """What a server sent: a status and the header ``Range``."""

    status: int
    range: str | None


@dataclass
class Line:
    """A connection on which one request is sent to an address."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    path: str

    async def begin(self, body: bytes, **headers: object) -> None:
        """Send the head of a PUT, and a first part of its body."""
        lines = [f"PUT {self.path} HTTP/1.1", "Host: testserver"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self.writer.drain()

    async def answer(self) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        found = re.search(r"(?im)^range: (.*)\r$", head)
        return Answer(int(head.split()[1]), found[1] if found else None)

    def cut(self) -> None:
        """Break the line, without a word."""
        self.writer.transport.abort()


class Site:
    """A web process with one address."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path
        self._writers: list[asyncio.StreamWriter] = []

    async def line(self) -> Line:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.append(writer)
        return Line(reader, writer, self._path)

    async def leave(self) -> None:
        """Close all lines."""
        for writer in self._writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def chunk(self, first: int, end: int = SIZE) -> Answer:
        line = await self.line()
        told = f"bytes {first}-{end - 1}/{SIZE}"
        await line.begin(FILE[first:end], Content_Range=told, Content_Length=end - first)
        return await line.answer()

    async def asked(self) -> Answer:
        line = await self.line()
        await line.begin(b"", Content_Range=f"bytes */{SIZE}", Content_Length=0)
        return await line.answer()

    async def arrived(self, size: int) -> None:
        """Return once the server is done with a line and has this many bytes."""
        async with asyncio.timeout(20):
            while (await self.asked()).range != f"bytes=0-{size - 1}":
                await asyncio.sleep(0.05)


@pytest.fixture
async def site(owner: User) -> AsyncIterator[Site]:
    upload = await in_database(delegated.create)(
        owner, VideoSettings(), limits=Limits(), expires_in=timedelta(hours=1)
    )
    config = serve.config(host="127.0.0.1", port=0)
    config.lifespan = "off"
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0)
    site = Site(server.servers[0].sockets[0].getsockname()[1], delegated.path_of(upload.pk))
    yield site
    await site.leave()
    server.should_exit = server.force_exit = True
    await serving


async def arrived_whole() -> bool:
    source = await in_database(Source.objects.get)()
    return (source.size, source.sha256) == (SIZE, hashlib.sha256(FILE).hexdigest())


async def test_what_came_before_a_line_broke_is_kept_and_the_rest_is_enough(site: Site) -> None:
    line = await site.line()
    await line.begin(FILE[:HALF], Content_Range=f"bytes 0-{SIZE - 1}/{SIZE}", Content_Length=SIZE)
    line.cut()
    await site.arrived(HALF)
    assert (await site.chunk(HALF)).status == 200
    assert await arrived_whole()


async def test_a_client_that_asks_for_nothing_sends_the_chunk_again(site: Site) -> None:
    line = await site.line()
    await line.begin(FILE[:HALF], Content_Range=f"bytes 0-{SIZE - 1}/{SIZE}", Content_Length=SIZE)
    line.cut()
    assert (await site.chunk(0)).status == 200
    assert await arrived_whole()


async def test_a_whole_file_whose_line_broke_can_go_on_in_chunks(site: Site) -> None:
    line = await site.line()
    await line.begin(FILE[:HALF], Content_Length=SIZE)
    line.cut()
    await site.arrived(HALF)
    assert (await site.chunk(HALF)).status == 200
    assert await arrived_whole()


async def test_or_comes_again_from_the_start(site: Site) -> None:
    line = await site.line()
    await line.begin(FILE[1 : HALF + 1], Content_Length=SIZE)
    line.cut()
    await site.arrived(HALF)
    line = await site.line()
    await line.begin(FILE, Content_Length=SIZE)
    assert (await line.answer()).status == 200
    assert await arrived_whole()


def framed(*blocks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(block), block) for block in (*blocks, b""))


async def test_a_body_longer_than_its_range_is_refused(site: Site) -> None:
    line = await site.line()
    told = {"Content_Range": f"bytes 0-999/{SIZE}", "Transfer_Encoding": "chunked"}
    await line.begin(framed(FILE[:1000], FILE[1000:1001]), **told)
    assert (await line.answer()).status == 400
    assert (await site.chunk(0)).status == 200
    assert await arrived_whole()


async def test_a_body_shorter_than_its_range_is_taken_as_far_as_it_goes(site: Site) -> None:
    line = await site.line()
    told = {"Content_Range": f"bytes 0-999/{SIZE}", "Transfer_Encoding": "chunked"}
    await line.begin(framed(FILE[:700]), **told)
    assert await line.answer() == Answer(308, "bytes=0-699")
    assert (await site.chunk(700)).status == 200
    assert await arrived_whole()


async def test_of_two_at_once_the_later_goes_on_and_no_byte_is_mixed(site: Site) -> None:
    first = await site.line()
    await first.begin(FILE[:HALF], Content_Range=f"bytes 0-{SIZE - 1}/{SIZE}", Content_Length=SIZE)
    async with asyncio.timeout(20):
        while not await in_database(Upload.objects.filter(received__gt=0).exists)():
            await asyncio.sleep(0.05)
    second = await site.chunk(0)
    assert (await first.answer()).status == 503
    assert second.status == 200
    assert await arrived_whole()
