"""Playlists are rendered once for all who ask, and hold up nobody else."""

import asyncio
import threading
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest
from django.db import OperationalError

from accounts import api_keys
from accounts.models import User
from videos.database_threads import DatabaseThreads
from videos.models import Chunk, Release, Video
from videos.playback import playlists, rendering
from videos.playback import services as playback
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer
from videos.playback.sharing import Shared
from videos.tests.test_feed import open_socket

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def master(ready_video: Video, owner: User) -> str:
    """The address of a ready video's multivariant playlist."""
    return playback.hls_url(ready_video, owner) or ""


@pytest.fixture
def segment(master: str) -> str:
    """The address of a chunk."""
    key = Chunk.objects.get(rendition__name="180p", number=0).key
    return master.replace("master.m3u8", key.split("/", 2)[2])


@pytest.fixture
def key(owner: User, transactional_db: None) -> str:
    """An API key of the owner."""
    return api_keys.issue(owner, name="feed")[1]


@pytest.fixture
def growing(master: str) -> str:
    """The address of the multivariant playlist of a release that still grows."""
    Release.objects.update(state=Release.State.GROWING)
    return master


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the media app in this test's own event loop."""
    transport = httpx.ASGITransport(app=MediaApp())  # type: ignore[arg-type]  # its own mapping
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


class Stuck:
    """Rendering that does not end for some names, until it is let go; and how often it was done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.calls: list[str] = []
        self.began = threading.Event()
        self.go = threading.Event()
        render = playlists.render

        def slow(release: Release, name: str, **kwargs: object) -> str:
            self.calls.append(name)
            if name in names:
                self.began.set()
                self.go.wait(60)
            return render(release, name, **kwargs)  # type: ignore[arg-type]  # passed on

        monkeypatch.setattr(playlists, "render", slow)


async def test_while_one_playlist_renders_everything_else_is_answered(
    client: httpx.AsyncClient,
    master: str,
    segment: str,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patient = DatabaseThreads("test", size=2, waiting=9, queue_seconds=120, run_seconds=120)
    monkeypatch.setattr(rendering, "_threads", patient)
    stuck = Stuck(monkeypatch, "manifest.mpd")
    asked = asyncio.create_task(client.get(master.replace("master.m3u8", "manifest.mpd")))
    try:
        assert await asyncio.to_thread(stuck.began.wait, 20)
        assert (await asyncio.wait_for(client.get(segment), 20)).status_code == 200
        assert (await asyncio.wait_for(client.get(master), 20)).status_code == 200
        async with open_socket(key) as said:
            assert said["type"] == "websocket.send"
        assert not asked.done()
    finally:
        stuck.go.set()
    assert (await asked).status_code == 200


async def test_many_who_ask_at_once_are_given_one_rendering(
    client: httpx.AsyncClient, master: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = Stuck(monkeypatch, "master.m3u8")
    asked = [asyncio.create_task(client.get(master)) for _ in range(10)]
    assert await asyncio.to_thread(stuck.began.wait, 20)
    stuck.go.set()
    texts = {answer.text for answer in await asyncio.gather(*asked)}
    assert len(texts) == 1
    assert (await client.get(master)).text in texts
    assert stuck.calls == ["master.m3u8"]


async def test_what_grows_is_rendered_anew(growing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Stuck(monkeypatch)
    app = MediaApp(Renderer(growing_seconds=0))
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # its own mapping
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        for _ in range(2):
            assert (await client.get(growing)).status_code == 200
    assert len(stuck.calls) == 2


async def test_a_database_that_is_away_is_503_and_files_go_on(
    client: httpx.AsyncClient, master: str, segment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(playlists, "live", away)
    answer = await client.get(master)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "away" not in answer.text
    assert (await client.get(segment)).status_code == 200


async def test_a_name_longer_than_a_files_may_be_is_404(
    client: httpx.AsyncClient, master: str
) -> None:
    for name in ("x" * 300 + ".mp4", "x" * 300 + ".m3u8"):
        address = master.replace("master.m3u8", httpx.URL(path="/" + name).raw_path.decode()[1:])
        assert (await client.get(address)).status_code == 404


async def test_what_is_kept_is_bounded_and_the_least_used_goes() -> None:
    made: list[str] = []
    shared: Shared[str, bytes] = Shared(seconds=60, most=10, weigh=len)

    async def get(key: str) -> bytes:
        async def make() -> bytes:
            made.append(key)
            return b"1234"

        return await shared.get(key, make)

    for key in ("a", "b", "a", "c", "a", "b"):
        assert await get(key) == b"1234"
    assert made == ["a", "b", "c", "b"]


async def test_what_failed_is_not_kept_and_told_to_all_who_waited() -> None:
    shared: Shared[str, int] = Shared(seconds=60, most=10, weigh=lambda _: 1)

    async def fail() -> int:
        raise ZeroDivisionError

    asked = [shared.get("a", fail) for _ in range(3)]
    got = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in got] == [ZeroDivisionError] * 3

    async def succeed() -> int:
        return 1

    assert await shared.get("a", succeed) == 1


async def test_one_film_never_takes_all_threads(
    client: httpx.AsyncClient, master: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = DatabaseThreads("test", size=3, waiting=9, queue_seconds=120, run_seconds=120)
    monkeypatch.setattr(rendering, "_threads", threads)
    names = ["master.m3u8", "180p.m3u8", "manifest.mpd"]
    stuck = Stuck(monkeypatch, *names)
    asked = [asyncio.create_task(client.get(master.replace("master.m3u8", name))) for name in names]
    assert await asyncio.to_thread(stuck.began.wait, 20)
    assert await asyncio.wait_for(threads.run(lambda: "another"), 20) == "another"
    stuck.go.set()
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
