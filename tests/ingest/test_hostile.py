"""Hostile files and hostile names, by each way in, end as they must and harm nothing."""

from __future__ import annotations

import io
import os
import socketserver
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image as Pillow

from tests import corpus
from tests.bad_server import whole
from tests.ingest import ways
from tests.ingest.conftest import StartSite
from tests.ingest.site import Film, Refused, Site

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]

_FOLDERS = ("playlist", "image", "caption", "mp4", "container", "polyglot", "fuzz_corpus")
# What these are not, however they are called.
_NEVER_VIDEOS = ("playlist", "caption")
_CODES = ("source_", "encode_", "probe_", "fetch_html")
_OF_EACH_FOLDER = 3
_CANARIES = Path(tempfile.gettempdir()) / "hostile_canary"
_CALLED = 18999
# What a request with such a name may be refused for.
_REFUSALS = {
    *("required", "invalid", "max_length", "parse_error", "null_characters_not_allowed"),
    *("image_invalid", "tus_metadata_invalid"),
}
NAMES = {
    "folders": "../../../../etc/cron.d/evil.mp4",
    "backslashes": "..\\..\\windows\\evil.mp4",
    "markup": "<img src=x onerror=alert(1)>.mp4",
    "option": "-i.mp4",
    "protocol": "concat:a|b.mp4",
    "shell": "$(id);`id`.mp4",
    "device": "CON.mp4",
    "escaped": "a%0d%0aSet-Cookie:b=1.mp4",
    "override": "\u202egpj.4pm.mp4",
    "line": "a\r\nX-Evil: 1\r\n\r\nb.mp4",
    "nul": "a\0b.mp4",
    "quotes": 'a"; filename="b.html',
    "long": "x" * 10_000 + ".mp4",
    "surrogates": "a\udcff\udcfe.mp4",
    "dots": "..",
    "nothing": "",
}


@pytest.fixture(scope="module")
def site(start_site: StartSite) -> Site:
    """A product that stores on disk."""
    return start_site(None)


def _picture() -> bytes:
    """A small JPEG."""
    file = io.BytesIO()
    Pillow.new("RGB", (64, 48), "teal").save(file, "JPEG")
    return file.getvalue()


def linked(site: Site, film: Film) -> ways.Steps:
    """A URL whose file is fetched whenever a worker is free."""
    name = film.name.encode(errors="surrogateescape").decode("latin-1")
    named = whole(film.data, Content_Disposition=f'attachment; filename="{name}"')
    asked = {"url": site.files.at(f"/{uuid4().hex}", named), "title": film.title}
    site.until(202, of=lambda: site.ask("POST", "/api/v1/videos/import/", asked))
    yield from ()


_OTHER_WAYS = (ways.tus, ways.delegated, ways.delegated_chunks, linked)


@contextmanager
def _listening(heard: list[str]) -> Iterator[None]:
    """Hear who calls where the hostile files send a server."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            heard.append(str(self.client_address))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    with Server(("127.0.0.1", _CALLED), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture
def canaries(clip: Path) -> Iterator[list[Path]]:
    """Files that nobody may open; the time of their last reading is far in the past."""
    _CANARIES.mkdir(exist_ok=True)
    paths = [_CANARIES / f"secret.{suffix}" for suffix in ("mp4", "ts", "txt")]
    for path in paths:
        path.write_bytes(clip.read_bytes())
        os.utime(path, ns=(0, path.stat().st_mtime_ns))
    yield paths
    for path in paths:
        path.unlink()
    _CANARIES.rmdir()


def _films() -> list[tuple[ways.Way, Film]]:
    """Each hostile file by POST, and some of each kind by the others."""
    found = []
    for folder in _FOLDERS:
        for number, path in enumerate(sorted((corpus.HOSTILE / folder).iterdir())):
            others = _OTHER_WAYS if number < _OF_EACH_FOLDER else ()
            for way in (ways.post, *others):
                title = f"{folder}/{path.name} by {way.__name__}"
                found.append((way, Film(title, path.read_bytes(), name=path.name)))
    return found


def _ended(site: Site, titles: set[str]) -> dict[str, Any]:
    """Wait until all videos of these titles have ended."""
    deadline = time.monotonic() + 600
    while True:
        found: dict[str, Any] = {}
        url: str | None = "/api/v1/videos/?page_size=100"
        while url:
            page = site.ask("GET", url[url.index("/api/") :]).json
            found |= {video["title"]: video for video in page["results"]}
            url = page["next"]
        over = {t for t, v in found.items() if v["status"] in ("ready", "failed", "canceled")}
        if titles <= over:
            return found
        assert time.monotonic() < deadline, sorted(titles - over)
        time.sleep(1)  # the interval of polling; the deadline is above


@pytest.mark.alone
@corpus.needs_corpus
def test_every_hostile_file_is_refused_with_a_code_or_shown_for_what_it_is(
    site: Site, canaries: list[Path]
) -> None:
    heard: list[str] = []
    films = _films()
    with _listening(heard), ThreadPoolExecutor(4) as clients:
        list(clients.map(lambda one: list(one[0](site, one[1])), films))
        ended = _ended(site, {film.title for _, film in films})
    wrong = []
    for _, film in films:
        video = ended[film.title]
        error = video["error"] or {"code": "", "message": ""}
        if video["status"] == "ready" and film.title.startswith(_NEVER_VIDEOS):
            wrong.append(f"{film.title} is ready")
        if video["status"] == "failed" and not error["code"].startswith(_CODES):
            wrong.append(f"{film.title}: {error}")
        if str(site.vodloom.data) in str(video) or "Traceback" in str(video):
            wrong.append(f"{film.title} tells where it lay: {video}")
    assert wrong == []
    assert heard == []
    assert [path for path in canaries if path.stat().st_atime_ns] == []
    assert site.judged([], may_fail=True) == []


@pytest.mark.parametrize("named", NAMES)
def test_a_hostile_name_is_shown_as_text_and_is_in_no_path_or_header(
    site: Site, named: str
) -> None:
    films = []
    for way in (ways.post, ways.image, *_OTHER_WAYS, ways.imported_image):
        data = _picture() if way in ways.IMAGES else b"This is no video."
        film = Film(f"{named} by {way.__name__}", data, name=NAMES[named])
        try:
            list(way(site, film))
            films.append((way, film))
        except Refused as refused:
            assert refused.answer.json["code"] in _REFUSALS, refused
    listed = _ended(site, {film.title for way, film in films if way not in ways.IMAGES})
    listed |= {told["title"]: told for told in site.ask("GET", "/api/v1/images/").json["results"]}
    for _, film in films:
        told = listed[film.title]
        name = told["source"]["filename"]
        assert 0 < len(name) <= 255
        assert name.isprintable()
        assert not set(name) & set("/\\\u202e")
        url = told["source"].get("url") or site.ask("GET", _original(told)).json["url"]
        headers = site.line("GET", url[url.index("/m/") :]).answer().headers
        assert not {"x-evil", "set-cookie"} & set(headers)
        assert headers["content-disposition"].startswith("attachment; filename")
        assert len(headers["content-disposition"]) < 2000
    paths = [str(path.relative_to(site.vodloom.data)) for path in site.vodloom.data.rglob("*")]
    assert [path for path in paths if any(word in path for word in ("evil", "CON", "xxxx"))] == []


def _original(video: Any) -> str:
    return f"/api/v1/videos/{video['id']}/original/"
