"""Players that are not the page's own: hls.js and shaka-player on a page that only plays."""

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
# Who plays what.
PLAYERS = [("hls", "hls"), ("shaka", "hls"), ("shaka", "dash")]


@dataclass
class Viewer:
    """Somebody who watches by `player` (hls or shaka); they wait up to a minute for each thing."""

    page: Page
    player: str

    def play(self, rate: float = 1) -> None:
        """Begin to play, or go on."""
        self.page.evaluate("rate => viewer.play(rate)", rate)

    def seek(self, seconds: float) -> float:
        """Pause, go to a time; the time of the picture shown then."""
        return float(self.page.evaluate("seconds => viewer.seek(seconds)", seconds))

    def reach(self, seconds: float) -> None:
        """Wait until the time is reached."""
        self.page.evaluate("seconds => viewer.reach(seconds)", seconds)

    def end(self) -> None:
        """Wait for the end."""
        self.page.evaluate("viewer.end()")

    def play_to_the_end(self, rate: float) -> None:
        """Play on, and wait for the end."""
        self.play(rate)
        self.end()

    def number(self) -> int:
        """The number that is burnt into the picture shown."""
        return int(self.page.evaluate("viewer.number()"))

    @property
    def rungs(self) -> list[int]:
        """Heights one can choose, ascending."""
        return list(self.page.evaluate("viewer.rungs()"))

    @property
    def codecs(self) -> dict[str, list[str]]:
        """Those it plays `now`, of pictures and of sound, and `all` that it could."""
        return dict(self.page.evaluate("viewer.codecs()"))

    def choose(self, height: int, *, now: bool = False) -> None:
        """Take a rung from the next segment on, or from this very place."""
        self.page.evaluate("([height, now]) => viewer.choose(height, now)", [height, now])

    def change_rungs(self) -> None:
        """From now on take each segment from another rung."""
        self.page.evaluate("viewer.changeRungs()")

    @property
    def account(self) -> dict[str, Any]:
        """What happened so far, and where it stands."""
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
    """A script that makes a page's browser know nothing of these codecs."""
    return _KNOWS_NOTHING_OF.replace("LACKING", json.dumps(list(codecs)))


@contextmanager
def watching(
    chromium: Browser, site: Vodloom, player: str, address: str, **options: Any
) -> Iterator[Viewer]:
    """A viewer of an address of the site. `ahead` is how many seconds it keeps ready, `start`
    where shaka-player is told to begin, `codecs` what is preferred; `lacking` are codecs that the
    browser is made to know nothing of."""
    context = chromium.new_context(base_url=site.url)
    lacking = options.pop("lacking", ())
    try:
        context.add_init_script(knowing_nothing_of(lacking))
        context.route("**/viewer/*", _serve)
        page = context.new_page()
        page.goto("/viewer/")
        page.wait_for_function("() => Boolean(window.watch)")
        page.evaluate("args => watch(...args)", [player, address, options])
        yield Viewer(page, player)
    finally:
        context.close()


@contextmanager
def served() -> Iterator[str]:
    """The address of the page for browsers that playwright does not drive."""

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
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/viewer/"
    finally:
        server.shutdown()
        server.server_close()


def _serve(route: Route) -> None:
    route.fulfill(path=FILES[route.request.url.rpartition("/")[2]])
