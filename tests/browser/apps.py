"""A page of another origin whose users upload to addresses of the product, and lines that break."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.clients import tools

PAGE = Path(__file__).parent / "uploader" / "index.html"
SCRIPTS = {
    "upchunk.js": "@mux/upchunk/dist/upchunk.js",
    "mux-uploader.js": "@mux/mux-uploader/dist/mux-uploader.js",
    "tus.js": "tus-js-client/dist/tus.js",
}
_BLOCK = 64 * 1024


@contextmanager
def serving_app() -> Iterator[str]:
    """Serve the page with the scripts as npm has them; yield its origin."""
    modules = tools.node_tools() / "node_modules"
    files = {"": PAGE} | {name: modules / path for name, path in SCRIPTS.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = files.get(self.path.removeprefix("/"))
            self.send_response(200 if path else 404)
            kind = "text/html" if path == PAGE else "text/javascript"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            if path:
                self.wfile.write(path.read_bytes())

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Cutter:
    """A line to a site that breaks ``cuts`` times, each time after ``after`` bytes were sent."""

    def __init__(self, site: str, *, cuts: int, after: int) -> None:
        self._there = urlsplit(site)
        self._after, self._lock = after, threading.Lock()
        self.left = cuts
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection((self._there.hostname, self._there.port))
                for pair, count in (((client, server), True), ((server, client), False)):
                    threading.Thread(target=self._pass, args=[*pair, count], daemon=True).start()

    def _pass(self, origin: socket.socket, target: socket.socket, count: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while block := origin.recv(_BLOCK):
                target.sendall(block)
                passed += len(block)
                if count and passed > self._after and self._may_cut():
                    break
        for one in (origin, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _may_cut(self) -> bool:
        with self._lock:
            self.left -= 1
            return self.left >= 0


@contextmanager
def cutting(site: str, *, cuts: int, after: int) -> Iterator[Cutter]:
    """A line to a site that breaks now and then."""
    cutter = Cutter(site, cuts=cuts, after=after)
    try:
        yield cutter
    finally:
        cutter.close()
