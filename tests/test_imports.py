"""Imports by the real processes of the product, which are killed meanwhile."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from processing.site_videos.tests.sites import page, programs_in
from tests.bad_server import Asked, BadServer, Wire, serving, whole
from tests.servers.fixtures import StartVodloom
from tests.servers.process import wait_until
from tests.test_end_to_end import Owner

pytestmark = [pytest.mark.timeout(300), pytest.mark.thorough]


@pytest.fixture
def server() -> Iterator[BadServer]:
    """A server with a file."""
    with serving() as server:
        yield server


def test_a_worker_that_is_killed_while_it_downloads_loses_nothing_and_leaves_nothing(
    start_vodloom: StartVodloom, server: BadServer, clip: Path
) -> None:
    body = clip.read_bytes()
    half = len(body) // 2
    cut, page_url = BrokenOff(body), server.at("/film", page('<video src="/clip"></video>', "Lake"))
    url = server.at("/sea.mp4", cut.answer)
    inside = BrokenOff(body)
    server.at("/clip", inside.answer)
    vodloom = start_vodloom(
        VODLOOM_FETCH_PRIVATE="127.0.0.0/8",
        VODLOOM_SITE_HOSTS="127.0.0.1",
        DJANGO_SETTINGS_MODULE="tests.ingest.settings",
    )
    owner = Owner(vodloom)
    sha256 = hashlib.sha256(body).hexdigest()
    file = _begin(owner, url=url, sha256=sha256)
    film = _begin(owner, url=page_url, source="site", sha256=sha256)
    fetched, work = vodloom.data / "fetch", vodloom.data / "work"
    wait_until(
        lambda: any(path.stat().st_size == half for path in fetched.glob("*.part")), "half is here"
    )
    wait_until(inside.begun.is_set, "the video of the page is on its way", 60)
    assert programs_in(work) != []
    vodloom.kill("light")
    wait_until(lambda: programs_in(work) == [], "yt-dlp is gone")
    vodloom.start("light")
    for video in map(owner.wait_until_over, (file, film)):
        assert video["status"] == "ready", video["error"]
        assert video["source"]["sha256"] == sha256
    assert (video["title"], video["provenance"]["page"]) == ("Lake", page_url)
    assert [told.get("range") for told in cut.asked] == [None, f"bytes={half}-"]
    wait_until(lambda: not any([*fetched.iterdir(), *work.iterdir()]), "nothing is left")
    assert "sea.mp4" not in vodloom.logs


class BrokenOff:
    """Answers with half of a file and then with silence, later as a good server does."""

    def __init__(self, body: bytes) -> None:
        self._body, self._good = body, whole(body, Content_Type="video/mp4")
        self.begun = threading.Event()
        self.asked: list[Mapping[str, str]] = []

    def answer(self, asked: Asked, wire: Wire) -> None:
        """Answer a request."""
        self.asked.append(asked.headers)
        if self.begun.is_set():
            self._good(asked, wire)
            return
        etag = f'"{hashlib.sha256(self._body).hexdigest()[:16]}"'
        half = self._body[: len(self._body) // 2]
        told = {"ETag": etag, "Content_Type": "video/mp4"}
        wire.answer(200, half, length=len(self._body), **told)
        self.begun.set()
        wire.wait(300)


def _begin(owner: Owner, **members: str) -> str:
    """Begin an import; return the id of its video."""
    answer = owner.session.post(f"{owner.url}import/", json=members)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["video"]["id"])
