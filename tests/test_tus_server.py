"""tus over bare sockets, against the whole product as real processes."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import pytest

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
        self.head = (
            f"Host: {where.netloc}\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer {key}\r\n"
        )
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


def _create(vodloom: Vodloom, key: str) -> str:
    line = Line(vodloom, key)
    size = str(len(DATA))
    status, headers = line.ask("POST", "/api/v1/tus/", Upload_Length=size, Content_Length="0")
    assert status == 201
    return headers["location"]


def _patch(line: Line, url: str, offset: int, body: bytes) -> None:
    line.say(
        "PATCH",
        url,
        body,
        Upload_Offset=str(offset),
        Content_Type="application/offset+octet-stream",
        Content_Length=str(len(DATA) - offset),
    )


def _spool(vodloom: Vodloom, url: str) -> Path:
    return vodloom.data / "uploads" / f"{UUID(url.rpartition('/')[2]).hex}.upload"


def _offset(vodloom: Vodloom, key: str, url: str) -> int:
    status, headers = Line(vodloom, key).ask("HEAD", url)
    assert status == 200
    return int(headers["upload-offset"])


def _finish(vodloom: Vodloom, key: str, url: str, offset: int) -> None:
    line = Line(vodloom, key)
    _patch(line, url, offset, DATA[offset:])
    status, headers = line.hear()
    assert (status, headers["upload-offset"]) == (204, str(len(DATA)))
    assert _source_of(vodloom, url) == SHA256


def _source_of(vodloom: Vodloom, url: str) -> str:
    told = vodloom.manage("shell", "-v", "0", "-c", _ASK.format(url.rpartition("/")[2]))
    return str(json.loads(told.strip().splitlines()[-1]))


_ASK = """
import json
from videos.models import Source, Upload
print(json.dumps(Source.objects.get(key=Upload.objects.get(pk="{}").key).sha256))
"""


def test_what_arrived_before_the_line_broke_is_kept(vodloom: Vodloom, key: str) -> None:
    url, line = _create(vodloom, key), Line(vodloom, key)
    _patch(line, url, 0, DATA[:2_345_678])
    line.socket.close()
    wait_until(lambda: _spool(vodloom, url).exists(), "the bytes are written")
    wait_until(lambda: _offset(vodloom, key, url) == 2_345_678, "all bytes are kept")
    _finish(vodloom, key, url, 2_345_678)


def test_who_comes_back_takes_over_from_a_line_that_hangs(vodloom: Vodloom, key: str) -> None:
    url, line = _create(vodloom, key), Line(vodloom, key)
    _patch(line, url, 0, DATA[:3_000_000])
    wait_until(lambda: _spool(vodloom, url).exists(), "the first request writes")
    began = time.monotonic()
    offset = _offset(vodloom, key, url)
    assert time.monotonic() - began < 5
    assert 0 < offset <= 3_000_000
    assert line.hear()[0] == 423
    _finish(vodloom, key, url, offset)


def test_a_killed_server_goes_on_where_it_was(vodloom: Vodloom, key: str) -> None:
    url, line = _create(vodloom, key), Line(vodloom, key)
    _patch(line, url, 0, DATA[:5_000_000])
    wait_until(
        lambda: _spool(vodloom, url).exists() and _spool(vodloom, url).stat().st_size > 1_000_000,
        "some bytes are written",
    )
    vodloom.kill("web")
    vodloom.start("web")
    offset = _offset(vodloom, key, url)
    assert 1_000_000 < offset <= 5_000_000
    assert _spool(vodloom, url).read_bytes() == DATA[:offset]
    _finish(vodloom, key, url, offset)


def test_a_server_killed_after_the_last_byte_leaves_no_upload_open(
    vodloom: Vodloom, key: str
) -> None:
    url = _create(vodloom, key)
    vodloom.kill("web")
    _spool(vodloom, url).write_bytes(DATA)
    vodloom.start("web")
    assert _offset(vodloom, key, url) == len(DATA)
    wait_until(lambda: not _spool(vodloom, url).exists(), "the upload is completed")
    assert _source_of(vodloom, url) == SHA256
