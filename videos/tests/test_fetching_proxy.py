"""The proxy of programs that fetch by themselves leads to public addresses only."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.bad_server import MP4, Asked, BadServer, Wire, serving, whole
from tests.networks import LOOPBACK
from videos.fetching import proxied, proxy
from videos.fetching.proxied import Refused
from videos.fetching.proxy import Proxy

Ask = Callable[[bytes], bytes]


@pytest.fixture
def server() -> Iterator[BadServer]:
    """A server with a file."""
    with serving() as server:
        server.at("/a.mp4", whole(MP4))
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose path is longer than the address of a socket may be."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    return folder


@pytest.fixture
def ours(folder: Path) -> Iterator[Proxy]:
    """A proxy to this machine's first address alone."""
    with Proxy(folder, (ip_network("127.0.0.1/32"),)) as ours:
        yield ours


@pytest.fixture
def ask(folder: Path, ours: Proxy, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Send bytes to the proxy, and return all that it answers."""
    monkeypatch.chdir(folder)

    def ask(sent: bytes) -> bytes:
        with closing(socket.socket(socket.AF_UNIX)) as line:
            line.settimeout(20)
            line.connect(proxy.SOCKET)
            line.sendall(sent)
            told = b""
            while block := line.recv(65536):
                told += block
            return told

    return ask


def _get(url: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {url} HTTP/1.1", *headers, "", ""]).encode()


def test_a_request_is_passed_on_without_what_is_the_proxys(
    server: BadServer, ask: Ask, ours: Proxy
) -> None:
    url = server.url("/a.mp4")
    told = ask(_get(url, "Host: a", "Proxy-Authorization: Basic x", "Range: bytes=0-"))
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == MP4
    assert ours.received == len(MP4)
    [asked] = server.asked
    assert asked.path == "/a.mp4"
    assert asked.headers["range"] == "bytes=0-"
    assert "proxy-authorization" not in asked.headers


def test_a_tunnel_passes_on_both_ways(server: BadServer, ask: Ask, ours: Proxy) -> None:
    inner = b"GET /a.mp4 HTTP/1.1\r\nHost: a\r\n\r\n"
    told = ask(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n\r\n".encode() + inner)
    assert told.startswith(b"HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 200 ")
    assert told.endswith(MP4)
    assert ours.received > len(MP4)


@pytest.mark.parametrize("host", ["127.0.0.2", "169.254.169.254", "[::1]", "2130706434", "0x7f.2"])
def test_no_other_address_of_ours_is_reached(ask: Ask, ours: Proxy, host: str) -> None:
    assert ask(f"CONNECT {host}:80 HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 403 ")
    assert ours.refused
    assert ask(_get(f"http://{host}/")).startswith(b"HTTP/1.1 403 ")


def test_the_address_that_was_checked_is_the_one_that_is_reached(
    server: BadServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere the second time gains nothing: it is resolved once."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebound(host: str, port: int, *rest: object, **named: object) -> object:
        if host != "films.example":
            return real(host, port, *rest, **named)  # type: ignore[arg-type]  # as it came
        asked.append(host)
        where = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    url = server.url("/a.mp4", host="films.example")
    assert ask(_get(url)).endswith(MP4)
    assert asked == ["films.example"]
    assert ask(_get(url)).startswith(b"HTTP/1.1 403 ")


def test_a_second_request_on_a_line_goes_nowhere(server: BadServer, ask: Ask) -> None:
    first, second = server.url("/a.mp4"), server.url("/b.mp4", host="127.0.0.2")
    told = ask(_get(first) + _get(second))
    assert told.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in told.partition(b"\r\n\r\n")[0]
    assert [asked.path for asked in server.asked] == ["/a.mp4"]


@pytest.mark.parametrize(
    "head",
    [
        b"GET ftp://127.0.0.1/ HTTP/1.1\r\n\r\n",
        b"GET file:///etc/passwd HTTP/1.1\r\n\r\n",
        b"GET /a.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.1:99999 HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST http://a.example/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_no_plain_request_is_refused(head: bytes) -> None:
    with pytest.raises(Refused) as caught:
        proxied.parsed(head)
    assert caught.value.status.startswith("400")


def test_a_body_is_passed_on_by_its_length() -> None:
    asked = proxied.parsed(b"POST http://a.example/b?c HTTP/1.1\r\nContent-Length: 3\r\n\r\n")
    assert (asked.host, asked.port, asked.body) == ("a.example", 80, 3)
    assert asked.head.startswith(b"POST /b?c HTTP/1.1\r\nContent-Length: 3\r\n")


def test_what_it_began_ends_with_it(
    server: BadServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    begun = threading.Event()

    def slow(asked: Asked, wire: Wire) -> None:
        begun.set()
        wire.wait(60)

    url = server.at("/slow", slow)
    with closing(socket.socket(socket.AF_UNIX)) as line:
        with Proxy(folder, LOOPBACK):
            line.connect(proxy.SOCKET)
            line.sendall(_get(url))
            assert begun.wait(20)
        line.settimeout(20)
        assert line.recv(1) == b""
    assert list(folder.iterdir()) == []
