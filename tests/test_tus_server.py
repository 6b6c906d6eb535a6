"""tus over bare sockets, against the whole product as real processes: at the owner's endpoint, and
at the address of a delegated upload, which needs no key."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import requests

from tests.servers.app import Vodloom
from tests.servers.process import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
DATA = hashlib.shake_128(b"film").digest(6_000_000)
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def key(vodloom: Vodloom) -> str:
    vodloom.manage("create_demo_user")
    return vodloom.manage("create_api_key", "demo@example.com", "--name", "tus").strip()


@pytest.fixture(autouse=True)
def _lines_end() -> Iterator[None]:
    yield
    while Line.opened:
        Line.opened.pop().close()


class Line:
    """A connection to the server, which is closed at the end of the test."""

    opened: ClassVar[list[socket.socket]] = []

    def __init__(self, vodloom: Vodloom, key: str) -> None:
        where = urlsplit(vodloom.url)
        self.head = f"Host: {where.netloc}\r\nTus-Resumable: 1.0.0\r\n"
        if key:
            self.head += f"Authorization: Bearer {key}\r\n"
        self.socket = socket.create_connection((where.hostname, where.port), timeout=60)
        self.opened.append(self.socket)

    def say(self, method: str, path: str, body: bytes = b"", **headers: str) -> None:
        named = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{self.head}{named}\r\n".encode() + body)

    def hear(self) -> tuple[int, dict[str, str]]:
        """Return the status and the headers of an answer without a body."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            block = self.socket.recv(65536)
            assert block, heard
            heard += block
        first, *lines = heard.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
        self.say(method, path, b"", **headers)
        return self.hear()


@dataclass(frozen=True)
class _Sending:
    """An upload of ``DATA``, and how tus is spoken to it."""

    vodloom: Vodloom
    id: UUID
    path: str
    key: str
    busy: int
    """The status that a writer gets whose place another takes."""

    def line(self) -> Line:
        return Line(self.vodloom, self.key)

    def patch(self, line: Line, offset: int, body: bytes) -> None:
        line.say(
            "PATCH",
            self.path,
            body,
            Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream",
            Content_Length=str(len(DATA) - offset),
        )

    @property
    def spool(self) -> Path:
        return self.vodloom.data / "uploads" / f"{self.id.hex}.upload"

    def offset(self) -> int:
        status, headers = self.line().ask("HEAD", self.path)
        assert status == 200
        return int(headers["upload-offset"])

    def finish(self, offset: int) -> None:
        line = self.line()
        self.patch(line, offset, DATA[offset:])
        status, headers = line.hear()
        assert (status, headers["upload-offset"]) == (204, str(len(DATA)))
        assert self.stored_sha256() == SHA256

    def stored_sha256(self) -> str:
        """The hash of the original, or nothing while there is none."""
        told = self.vodloom.manage("shell", "-v", "0", "-c", _ASK.format(self.id))
        return str(json.loads(told.strip().splitlines()[-1]))


_ASK = """
import json
from videos.models import Source, Upload
found = Source.objects.filter(key=Upload.objects.get(pk="{}").key).first()
print(json.dumps(found.sha256 if found else ""))
"""


def _at_the_endpoint(vodloom: Vodloom, key: str) -> _Sending:
    line = Line(vodloom, key)
    size = str(len(DATA))
    status, headers = line.ask("POST", "/api/v1/tus/", Upload_Length=size, Content_Length="0")
    assert status == 201
    url = headers["location"]
    return _Sending(vodloom, UUID(url.rpartition("/")[2]), url, key, busy=423)


def _at_an_address(vodloom: Vodloom, key: str) -> _Sending:
    made = requests.post(
        f"{vodloom.url}/api/v1/uploads/",
        json={"size": len(DATA)},
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
    ).json()
    path = urlsplit(made["url"]).path
    return _Sending(vodloom, UUID(made["id"]), path, key="", busy=503)


@pytest.fixture(params=[_at_the_endpoint, _at_an_address])
def sending(request: pytest.FixtureRequest, vodloom: Vodloom, key: str) -> _Sending:
    made = request.param(vodloom, key)
    assert isinstance(made, _Sending)
    return made


@pytest.mark.sampled(1)
def test_what_arrived_before_the_line_broke_is_kept(sending: _Sending) -> None:
    line = sending.line()
    sending.patch(line, 0, DATA[:2_345_678])
    line.socket.close()
    wait_until(sending.spool.exists, "the bytes are written")
    wait_until(lambda: sending.offset() == 2_345_678, "all bytes are kept")
    sending.finish(2_345_678)


def test_who_comes_back_takes_over_from_a_line_that_hangs(sending: _Sending) -> None:
    line = sending.line()
    sending.patch(line, 0, DATA[:3_000_000])
    wait_until(sending.spool.exists, "the first request writes")
    began = time.monotonic()
    offset = sending.offset()
    assert time.monotonic() - began < 5
    assert 0 < offset <= 3_000_000
    assert line.hear()[0] == sending.busy
    sending.finish(offset)


def test_a_killed_server_goes_on_where_it_was(sending: _Sending, vodloom: Vodloom) -> None:
    sending.patch(sending.line(), 0, DATA[:5_000_000])
    wait_until(
        lambda: sending.spool.exists() and sending.spool.stat().st_size > 1_000_000,
        "some bytes are written",
    )
    vodloom.kill("web")
    vodloom.start("web")
    offset = sending.offset()
    assert 1_000_000 < offset <= 5_000_000
    assert sending.spool.read_bytes() == DATA[:offset]
    sending.finish(offset)


def test_a_server_killed_after_the_last_byte_leaves_no_upload_open(
    sending: _Sending, vodloom: Vodloom
) -> None:
    vodloom.kill("web")
    sending.spool.write_bytes(DATA)
    vodloom.start("web")
    assert sending.offset() == len(DATA)
    wait_until(lambda: sending.stored_sha256() == SHA256, "the upload is completed")
    assert not sending.spool.exists()
