"""Other players than the site's own: hls.js and shaka-player on a page that only plays."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

from scripts.vendor import HLS, SHAKA
from tests.servers.app import Vodloom

FOLDER = Path(__file__).parent / "viewer"
FILES = {
    "": FOLDER / "index.html",
    "viewer.js": FOLDER / "viewer.js",
    "hls.js": HLS.folder / "hls.min.js",
    "shaka.js": SHAKA.folder / "shaka-player.js",
}
# The combinations of player and format.
PLAYERS = [("hls", "hls"), ("shaka", "hls"), ("shaka", "dash")]


@dataclass
class Viewer:
    """A viewer with a `player` (hls or shaka); each method waits up to a minute."""

    page: Page
    player: str

    def play(self, rate: float = 1) -> None:
        """Start or resume playback."""
        self.page.evaluate("rate => viewer.play(rate)", rate)

    def seek(self, seconds: float) -> float:
        """Pause and seek to a time; return the time of the frame shown then."""
        return float(self.page.evaluate("seconds => viewer.seek(seconds)", seconds))

    def reach(self, seconds: float) -> None:
        """Wait until playback reaches a time."""
        self.page.evaluate("seconds => viewer.reach(seconds)", seconds)

    def end(self) -> None:
        """Wait for the end of playback."""
        self.page.evaluate("viewer.end()")

    def play_to_the_end(self, rate: float) -> None:
        """Resume playback and wait for its end."""
        self.play(rate)
        self.end()

    def number(self) -> int:
        """Return the number burnt into the displayed frame."""
        return int(self.page.evaluate("viewer.number()"))

    def captions(self) -> list[dict[str, Any]]:
        """The captions to choose from: `name`, `language`, and whether they are `chosen` by
        default, `forced`, or `described`, for the deaf."""
        return list(self.page.evaluate("viewer.captions()"))

    def read(self, name: str) -> None:
        """Show captions from now on."""
        self.page.evaluate("name => viewer.read(name)", name)

    def read_at(self, seconds: float) -> tuple[int, list[str]]:
        """Pause and seek to a time with captions; return the number burnt into the displayed frame
        and the texts of the captions there."""
        number, texts = self.page.evaluate("seconds => viewer.readAt(seconds)", seconds)
        return int(number), list(texts)

    @property
    def rungs(self) -> list[int]:
        """The heights to choose from, ascending."""
        return list(self.page.evaluate("viewer.rungs()"))

    @property
    def codecs(self) -> dict[str, list[str]]:
        """The video and audio codecs that play `now`, and `all` available ones."""
        return dict(self.page.evaluate("viewer.codecs()"))

    def choose(self, height: int, *, now: bool = False) -> None:
        """Switch to a rung from the next segment on, or at once at the current position."""
        self.page.evaluate("([height, now]) => viewer.choose(height, now)", [height, now])

    def change_rungs(self) -> None:
        """Take each segment from another rung from now on."""
        self.page.evaluate("viewer.changeRungs()")

    @property
    def account(self) -> dict[str, Any]:
        """The events of playback so far, and its current state."""
        return dict(self.page.evaluate("viewer.account()"))


_KNOWS_NOTHING_OF = """
{
  const lacks = (type) => LACKING.some((codec) => type.includes(codec));
  const knows = MediaSource.isTypeSupported;
  MediaSource.isTypeSupported = (type) => !lacks(type) && knows(type);
  const { decodingInfo } = MediaCapabilities.prototype;
  MediaCapabilities.prototype.decodingInfo = async function (asked) {
    const told = await decodingInfo.call(this, asked);
    const lacked = [asked.video, asked.audio].some((one) => one && lacks(one.contentType));
    return lacked ? { supported: false, smooth: false, powerEfficient: false } : told;
  };
}
"""


def knowing_nothing_of(codecs: Sequence[str]) -> str:
    """Return a script that makes the browser report these codecs as unsupported."""
    return _KNOWS_NOTHING_OF.replace("LACKING", json.dumps(list(codecs)))


@contextmanager
def watching(
    chromium: Browser, site: Vodloom, player: str, address: str, **options: Any
) -> Iterator[Viewer]:
    """Open a viewer of an address of the site. `ahead` is the length of its buffer in seconds,
    `start` the position at which shaka-player begins, `codecs` are the preferred ones, `lacking`
    those that the browser reports as unsupported, and `routes` are patterns of addresses with what
    answers them."""
    context = chromium.new_context(base_url=site.url)
    lacking = options.pop("lacking", ())
    routes = options.pop("routes", {})
    try:
        context.add_init_script(knowing_nothing_of(lacking))
        context.route("**/viewer/*", _serve)
        for pattern, answer in routes.items():
            context.route(pattern, answer)
        page = context.new_page()
        page.goto("/viewer/")
        page.wait_for_function("() => Boolean(window.watch)")
        page.evaluate("args => watch(...args)", [player, address, options])
        yield Viewer(page, player)
    finally:
        context.close()


@contextmanager
def served() -> Iterator[str]:
    """Serve the page for browsers that playwright does not drive; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = FILES.get(self.path.rpartition("/")[2])
            self.send_response(200 if path else 404)
            kind = "text/html" if path and path.suffix == ".html" else "text/javascript"
            self.send_header("Content-Type", kind)
            self.end_headers()
            if path:
                self.wfile.write(path.read_bytes())

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/viewer/"
    finally:
        server.shutdown()
        server.server_close()


def _serve(route: Route) -> None:
    route.fulfill(path=FILES[route.request.url.rpartition("/")[2]])
