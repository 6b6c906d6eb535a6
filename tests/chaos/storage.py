"""A proxy before the S3 server, which fails as networks and storage servers do."""

from __future__ import annotations

import http.client
import random
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

# The faults of a request. Some occur before it reaches the server, some after the server did it.
FATES = ("drop", "error", "delay", "error after", "cut off")
_ERROR = b"<?xml version='1.0'?><Error><Code>InternalError</Code><Message>no</Message></Error>"
_NOT_PASSED_ON = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class FaultyStorage:
    """A proxy that passes requests on to the S3 server, spoils them, or hangs."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.spoiled: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._rate = 0.0
        self._flows = threading.Event()
        self._flows.set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, rate: float) -> None:
        """Spoil this share of all requests from now on; 0 means none."""
        self._rate = rate

    def hang(self) -> None:
        """Accept connections and requests from now on, but answer none."""
        self.spoiled["hang"] += 1
        self._flows.clear()

    def go_on(self) -> None:
        """Pass requests on again, including those that still wait."""
        self._flows.set()

    def calm(self) -> None:
        """Serve all requests without faults."""
        self.fail(0)
        self.go_on()

    def wait(self) -> None:
        """Wait while the storage hangs."""
        self._flows.wait()

    def fate(self) -> str:
        """Choose the fault of the next request; empty if there is none."""
        with self._lock:
            if self._random.random() >= self._rate:
                return ""
            fate = self._random.choice(FATES)
            self.spoiled[fate] += 1
            return fate

    def pause(self) -> float:
        """Choose how many seconds a delayed request is held up."""
        with self._lock:
            return self._random.uniform(0.3, 4.0)

    @contextmanager
    def running(self) -> Iterator[FaultyStorage]:
        """Run the proxy until the context is left."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def _handler_of(storage: FaultyStorage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            # A client that is killed in the middle of a request breaks the connection.
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            return

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            storage.wait()
            if _has_hung_up(self.connection):
                self.close_connection = True
                return
            fate = storage.fate()
            if fate == "drop":
                self.close_connection = True
                return
            if fate == "error":
                self._answer(500, {"Content-Type": "application/xml"}, _ERROR)
                return
            if fate == "delay":
                time.sleep(storage.pause())
            status, headers, answer = _pass_on(
                storage.upstream, self.command, self.path, dict(self.headers.items()), body
            )
            storage.wait()
            if fate == "error after":
                status, headers, answer = 500, {"Content-Type": "application/xml"}, _ERROR
            self._answer(status, headers, answer, cut_off=fate == "cut off")

        def _answer(
            self, status: int, headers: dict[str, str], body: bytes, *, cut_off: bool = False
        ) -> None:
            self.send_response_only(status)
            length = str(len(body))
            for name, value in headers.items():
                if name.lower() not in _NOT_PASSED_ON:
                    self.send_header(name, value)
                elif name.lower() == "content-length" and self.command == "HEAD":
                    length = value
            self.send_header("Content-Length", length)
            self.end_headers()
            if cut_off:
                self.close_connection = True
                body = body[: len(body) // 2]
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

    return Handler


def _has_hung_up(connection: socket.socket) -> bool:
    """Whether the client has disconnected; its request then counts as never received."""
    readable, _, _ = select.select([connection], [], [], 0)
    return bool(readable) and not connection.recv(1, socket.MSG_PEEK)


def _pass_on(
    upstream: str, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(upstream, timeout=60)
    try:
        with suppress(KeyError):
            del headers["Connection"]
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()
