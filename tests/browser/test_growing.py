"""A video is watched while it is processed, and a worker that processes it is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import captioned
from tests.browser.conftest import draw
from tests.browser.growth import Growth, written_down
from tests.browser.people import Person
from tests.browser.viewers import Viewer, watching
from tests.servers.app import Vodloom, migrated_database, running_vodloom
from tests.servers.fixtures import leave_out_pictures
from tests.servers.plugin import SERVERS
from tests.servers.process import wait_until
from tests.servers.redis import running_redis

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.thorough,
    pytest.mark.timeout(400),
]

SECONDS = 32
PATIENCE = 120.0
SLOW = """
from processing.models import EncodingProfile
EncodingProfile.objects.filter(name="default").update(preset="slow")
"""


@pytest.fixture(scope="module")
def slow_site(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vodloom]:
    """A copy of the product with two slow encode workers."""
    postgres = pytestconfig.stash[SERVERS].postgres
    database_url = migrated_database(postgres)
    leave_out_pictures(database_url)
    with ExitStack() as cleanup:
        running = running_vodloom(
            tmp_path_factory.mktemp("slow"),
            redis=cleanup.enter_context(running_redis()),
            database_url=database_url,
            extra={"DJANGO_SETTINGS_MODULE": "tests.browser.impatient_settings"},
            encoders=2,
        )
        site = cleanup.enter_context(running)
        site.manage("shell", "-v0", "-c", SLOW)
        yield site


@pytest.fixture
def owner(slow_site: Vodloom) -> Person:
    email, password = slow_site.manage("create_demo_user").split()
    return Person(slow_site, email, password)


def test_it_is_watched_while_it_grows_though_a_worker_is_killed(
    owner: Person,
    slow_site: Vodloom,
    chromium: Browser,
    open_page: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clip = draw(tmp_path_factory.mktemp("clips") / "long bars.mp4", "640x360", seconds=SECONDS)
    early_page, late_page = open_page(owner), open_page(owner)
    video = owner.upload(clip)
    captioned.add(owner, video, seconds_in_words(), kind="captions", language="en")
    asked = held_back(early_page)
    early_page.goto(f"/watch/{video}/")
    hls = first_address(owner, video)
    with ExitStack() as cleanup:
        growth = cleanup.enter_context(written_down(hls))
        early = cleanup.enter_context(watching(chromium, slow_site, "hls", hls))
        early.read("English")
        early.play()
        begins_at_0(early_page)
        asks_often_at_its_end(early_page, asked)

        wait_until(lambda: works_on_another(owner, video, "test-encode-1"), "work", PATIENCE)
        slow_site.kill("encode-1")
        wait_until(lambda: available(owner, video)["seconds"] >= 8, "8 s", PATIENCE)
        assert not available(owner, video)["complete"]
        late = cleanup.enter_context(watching(chromium, slow_site, "shaka", hls, start=0))
        late.play()
        reads_along(early)
        late_page.goto(f"/watch/{video}/")
        begins_at_0(late_page)
        shows_how_far_it_is(late_page)
        assert not available(owner, video)["complete"]

        wait_until(lambda: available(owner, video)["complete"], "complete", PATIENCE)
        assert any(task["crashes"] for task in encodes(owner, video))
        for page in (early_page, late_page):
            expect(page.locator("live-progress")).to_be_hidden()
            expect(page.locator("vod-player[data-growing]")).to_have_count(0, timeout=20_000)
        for viewer in (early, late):
            viewer.play(rate=4)
        for page in (early_page, late_page):
            page.evaluate("watched.playbackRate = 4")
        for page in (early_page, late_page):
            played_in_one_go(page.evaluate(_TO_THE_END))
        for viewer in (early, late):
            viewer.end()
            played_in_one_go(viewer.account)
    nothing_listed_changed(growth)


def seconds_in_words() -> str:
    return "".join(
        captioned.cue(f"00:{second:02}.000", f"00:{second + 1:02}.000", f"Second {second}")
        for second in range(SECONDS)
    )


def reads_along(viewer: Viewer) -> None:
    """Check that captions show beyond what was there at first."""
    reads = "viewer.texts().includes(`Second ${Math.floor(viewer.video.currentTime)}`)"
    beyond = f"viewer.video.currentTime > 4 && {reads}"
    wait_until(lambda: bool(viewer.page.evaluate(beyond)), "it reads along", PATIENCE)


def first_address(owner: Person, video: str) -> str:
    """Return the address of the multivariant playlist as soon as it exists."""

    def hls() -> str | None:
        now = owner.ask("GET", f"/api/v1/videos/{video}/").json()
        assert now["status"] == "processing", now
        address: str | None = now["playback"]["hls"]
        return address

    wait_until(lambda: hls() is not None, "something plays", PATIENCE)
    return str(hls())


def available(owner: Person, video: str) -> dict[str, Any]:
    return dict(owner.ask("GET", f"/api/v1/videos/{video}/").json()["available"])


def encodes(owner: Person, video: str) -> list[dict[str, Any]]:
    run = owner.ask("GET", f"/api/v1/videos/{video}/").json()["job"]["id"]
    tasks = owner.ask("GET", f"/api/v1/jobs/{run}/").json()["tasks"]
    return [task for task in tasks if task["kind"] == "encode"]


def works_on_another(owner: Person, video: str, worker: str) -> bool:
    return any(
        task["worker"] == worker and task["state"] == "running" and task["number"]
        for task in encodes(owner, video)
    )


_BEGIN = """async () => {
  const video = document.querySelector("vod-player video");
  window.account = { jumps: 0, starts: [] };
  for (const name of ["seeking", "emptied"]) video.addEventListener(name, () => account.jumps++);
  video.addEventListener("ended", () => (account.over = true));
  window.watched = video;
  video.muted = true;
  document.querySelector("vod-player").begin();
  await video.play();
  return video.played.length ? video.played.start(0) : video.currentTime;
}"""
_TO_THE_END = """async () => {
  await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`stands at ${watched.currentTime}`)), 60_000);
    if (account.over) resolve();
    watched.addEventListener("ended", resolve);
  });
  const { played } = watched;
  return {
    complaints: watched.isConnected ? [] : ["the player was replaced"],
    jumps: account.jumps,
    played: Array.from(played, (_, i) => [played.start(i), played.end(i)]),
  };
}"""


def begins_at_0(page: Page) -> None:
    """Start the page's own player once it appears, without a reload, and check that it begins at
    0."""
    expect(page.locator("media-play-button").first).to_be_visible(timeout=PATIENCE * 1000)
    assert page.evaluate(_BEGIN) < 0.5


_PLAYLISTS = "**/*p.m3u8"


def held_back(page: Page) -> list[str]:
    """Answer every request for a playlist with its first version; return the list of requested
    addresses."""
    asked: list[str] = []
    first: dict[str, str] = {}

    def answer(route: Route) -> None:
        address = route.request.url
        asked.append(address)
        if address not in first:
            first[address] = route.fetch().text()
        route.fulfill(body=first[address], content_type="application/vnd.apple.mpegurl")

    page.route(_PLAYLISTS, answer)
    return asked


def asks_often_at_its_end(page: Page, asked: list[str]) -> None:
    """Check that a player at the end of the data asks for playlists more often than they are due,
    and stop holding them back."""
    while page.evaluate("watched.readyState > HTMLMediaElement.HAVE_CURRENT_DATA"):
        page.wait_for_timeout(100)
    before = len(asked)
    page.wait_for_timeout(4000)
    assert len(asked) - before >= 4
    page.unroute(_PLAYLISTS)


def shows_how_far_it_is(page: Page) -> None:
    bar = page.locator("live-progress")
    expect(bar.get_by_text("of 0:32 can be watched")).to_be_visible()
    expect(bar.locator("progress")).to_be_visible()
    expect(page.locator("player-clock")).to_contain_text("/ 0:32")
    marked = "p => parseFloat(p.style.getPropertyValue('--available'))"
    assert 0 < page.locator("vod-player[data-growing]").evaluate(marked) < 100


def played_in_one_go(account: dict[str, Any]) -> None:
    assert account["complaints"] == []
    assert account["jumps"] == 0
    assert [[round(edge) for edge in whole] for whole in account["played"]] == [[0, SECONDS]]


def nothing_listed_changed(growth: Growth) -> None:
    assert growth.trouble == []
    for address, states in growth.seen.items():
        assert len(states) > 3, f"{address} did not grow under our eyes"
        assert [state.complete for state in states] == [False] * (len(states) - 1) + [True]
        for one, next_one in pairwise(states):
            assert next_one.segments[: len(one.segments)] == one.segments
        for name in ("#EXT-X-MAP", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE"):
            assert len({state.head[name] for state in states}) == 1, name
    assert {entry: growth.hash_of(entry) for entry in growth.hashes} == growth.hashes
