"""An HTTP server on this machine that misbehaves as it is told, byte by byte."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.servers.certificates import Certificates

MP4 = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 4096
"""What looks like a file: 1 MB."""


@dataclass
class Asked:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Wire:
    """The connection of a request, to answer by."""

    connection: socket.socket
    over: threading.Event

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.connection.sendall(data)

    def answer(
        self, status: int = 200, body: bytes = b"", *, length: Any = None, **headers: Any
    ) -> None:
        """Send a status, headers and a body; ``length`` is said to be its length."""
        told = {"Content-Length": str(len(body) if length is None else length)}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
        self.send(f"HTTP/1.1 {status} Said\r\n{lines}Connection: close\r\n\r\n".encode() + body)

    def wait(self, seconds: float) -> None:
        """Send nothing for a time, or until the server ends."""
        self.over.wait(seconds)


Answer = Callable[[Asked, Wire], None]


@dataclass
class BadServer:
    """What is answered at each path, and what was asked."""

    port: int
    scheme: str = "http"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    calls: dict[threading.Thread, socket.socket] = field(default_factory=dict)
    """What answers each connection that came."""

    def url(self, path: str = "/a.mp4", host: str = "127.0.0.1") -> str:
        """Return the URL of a path."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def at(self, path: str, answer: Answer) -> str:
        """Answer so at a path, and return its URL."""
        self.answers[path] = answer
        return self.url(path)


def whole(body: bytes = MP4, **headers: str) -> Answer:
    """Send a body as a good server does, with ranges."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'

    def answer(asked: Asked, wire: Wire) -> None:
        match = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
        if match and asked.headers.get("if-range") == etag:
            begin = int(match[1])
            told = f"bytes {begin}-{len(body) - 1}/{len(body)}"
            wire.answer(206, body[begin:], Content_Range=told, ETag=etag, **headers)
        else:
            wire.answer(200, body, ETag=etag, **headers)

    return answer


def cut(answer: Answer, after: int, times: int = 1) -> Answer:
    """Break the connection off after so many bytes, the first times."""
    done: list[int] = []

    def cut_off(asked: Asked, wire: Wire) -> None:
        if len(done) >= times:
            answer(asked, wire)
            return
        done.append(1)
        kept = _Kept()
        answer(asked, Wire(kept, wire.over))  # type: ignore[arg-type]  # all that is used of it
        wire.send(kept.sent[: kept.sent.index(b"\r\n\r\n") + 4 + after])

    return cut_off


class _Kept:
    def __init__(self) -> None:
        self.sent = b""

    def sendall(self, data: bytes) -> None:
        self.sent += data


@contextmanager
def serving(tls: Certificates | None = None) -> Iterator[BadServer]:
    """Serve until the block is left, by HTTPS with a certificate."""
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls.certificate, tls.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = BadServer(listener.getsockname()[1], "https" if tls else "http")
        over = threading.Event()
        thread = threading.Thread(
            target=_serve, args=(listener, server, over, context), daemon=True
        )
        thread.start()
        try:
            yield server
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            _end(server)


def _end(server: BadServer) -> None:
    """Wait for what still answers: it must not meet the end of the test's rows or files."""
    for thread, connection in server.calls.items():
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        thread.join(30)


def _serve(
    listener: socket.socket,
    server: BadServer,
    over: threading.Event,
    context: ssl.SSLContext | None,
) -> None:
    while not over.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        call = threading.Thread(target=_one, args=(connection, server, over, context), daemon=True)
        server.calls[call] = connection
        call.start()


def _secured(given: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    return context.wrap_socket(given, server_side=True) if context else given


def _one(
    given: socket.socket,
    server: BadServer,
    over: threading.Event,
    context: ssl.SSLContext | None,
) -> None:
    with contextlib.suppress(OSError), _secured(given, context) as connection:
        request = b""
        while b"\r\n\r\n" not in request:
            if not (block := connection.recv(65536)):
                return
            request += block
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        while len(body) < int(headers.get("content-length", 0)):
            if not (block := connection.recv(65536)):
                return
            body += block
        path = first.split(" ")[1]
        asked = Asked(path, headers, body)
        server.asked.append(asked)
        answer = server.answers.get(path.partition("?")[0])
        wire = Wire(connection, over)
        answer(asked, wire) if answer else wire.answer(404, b"Nothing here.")
