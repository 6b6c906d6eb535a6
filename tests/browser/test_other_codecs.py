"""AV1 and Opus in players, and the fallback for players without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import draw
from tests.browser.people import Person
from tests.browser.playing import settings
from tests.browser.viewers import PLAYERS, knowing_nothing_of, watching
from tests.servers.app import Vodloom
from tests.servers.process import wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(300),
    pytest.mark.thorough,
]

SECONDS = 9
FRAME = 1 / 30
BORDERS = (1, 4, 8)
NEWER = ["av01", "opus"]
PROFILE = """
from processing.models import AlternateRung, EncodingProfile, EncodingRung
made, _ = EncodingProfile.objects.get_or_create(name="both", also_opus=True, preset="ultrafast")
for short_side in (90, 180):
    EncodingRung.objects.get_or_create(
        profile=made, short_side=short_side, crf=24, maxrate_kbps=600)
    AlternateRung.objects.get_or_create(
        profile=made, codec="av1", short_side=short_side, crf=40, preset="12", maxrate_kbps=400)
"""


@dataclass(frozen=True)
class Prepared:
    """A ready video."""

    site: Vodloom
    video: str
    playback: dict[str, str]


@pytest.fixture(scope="module")
def prepared(demo: Person, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A clip with audio in several spans, in H.264 and AV1, AAC and Opus."""
    demo.site.manage("shell", "--verbosity", "0", "-c", PROFILE)
    clip: Path = draw(tmp_path_factory.mktemp("clips") / "bars.mp4", "320x180", seconds=SECONDS)
    video = demo.wait_until_over(demo.upload(clip))
    old = video["playback"]["hls"]
    asked = {"video": video["id"], "profile": "both"}
    answer = demo.ask("POST", "/api/v1/jobs/", json=asked)
    assert answer.status_code == 202, answer.text

    def now() -> dict[str, dict[str, str]]:
        return dict(demo.ask("GET", f"/api/v1/videos/{video['id']}/").json())

    wait_until(lambda: now()["playback"]["hls"].split("/")[-3] != old.split("/")[-3], "both", 120)
    made = demo.wait_until_over(str(video["id"]))
    assert {one["name"] for one in made["renditions"]} == {
        "90p", "90p-av1", "180p", "180p-av1", "audio", "audio-opus",
    }  # fmt: skip
    report = demo.site.manage("check_release", str(video["id"]), "--deep", "--decode")
    assert "Everything is right; frames and the source were checked." in report
    return Prepared(demo.site, str(video["id"]), made["playback"])


@pytest.mark.parametrize(("player", "format_"), PLAYERS)
def test_av1_and_opus_play_and_seek(
    prepared: Prepared, chromium: Browser, player: str, format_: str
) -> None:
    address = prepared.playback[format_]
    with watching(chromium, prepared.site, player, address, codecs=NEWER) as viewer:
        frames, audio = viewer.codecs["now"]
        assert (frames.split(".")[0], audio) == ("av01", "opus")
        for border in reversed(BORDERS):
            before = border - 2.5 * FRAME
            assert viewer.seek(before) == pytest.approx(before - FRAME / 2, abs=0.001)
            viewer.play()
            viewer.reach(border + 0.2)
            assert viewer.seek(border + 0.5 * FRAME) == pytest.approx(border, abs=0.001)
        viewer.seek(0)
        before_the_end = viewer.account["jumps"]
        viewer.play_to_the_end(rate=4)
        account = viewer.account
    assert account["complaints"] == []
    assert account["jumps"] == before_the_end
    assert account["duration"] == pytest.approx(SECONDS, abs=FRAME)
    assert len(account["buffered"]) == 1
    assert account["buffered"][0] == pytest.approx([0, SECONDS], abs=0.1)


@pytest.mark.parametrize(("player", "format_"), PLAYERS)
def test_who_knows_neither_plays_what_everybody_does(
    prepared: Prepared, chromium: Browser, player: str, format_: str
) -> None:
    address = prepared.playback[format_]
    with watching(chromium, prepared.site, player, address, lacking=NEWER) as viewer:
        assert {codec.split(".")[0] for codec in viewer.codecs["all"]} == {"avc1", "mp4a"}
        viewer.play_to_the_end(rate=4)
        account = viewer.account
    assert account["complaints"] == []
    assert account["jumps"] == 0
    assert account["buffered"][0] == pytest.approx([0, SECONDS], abs=0.1)


def shows_something(page: Page) -> None:
    """Wait until the player has data to show and no seek is under way."""
    told = (
        "(() => { const v = document.querySelector('video'); return v.seeking || v.readyState })()"
    )
    wait_until(lambda: page.evaluate(told) in (3, 4), "the player shows something")


@pytest.mark.parametrize(("lacking", "taken"), [([], "180p-av1"), (NEWER, "180p")])
def test_the_settings_offer_each_size_once_and_the_browser_takes_its_codec(
    prepared: Prepared,
    demo: Person,
    open_page: Callable[[Person], Page],
    lacking: list[str],
    taken: str,
) -> None:
    page, fetched = open_page(demo), set[str]()
    page.context.add_init_script(knowing_nothing_of(lacking))
    page.on("request", lambda request: fetched.update(request.url.split("/")))
    page.goto(f"/watch/{prepared.video}/")
    page.get_by_role("button", name="play", exact=True).first.click()
    shows_something(page)
    page.locator("vod-player video").evaluate("video => video.pause()")
    settings(page).click()
    sizes = page.get_by_role("group", name="Quality").get_by_role("radio")
    expect(sizes).to_have_count(3)
    expect(sizes.first).to_be_checked()  # the automatic choice
    sizes.and_(page.get_by_label("180p", exact=True)).check()
    page.evaluate("document.querySelector('video').currentTime = 8")
    shows_something(page)
    # The smaller size may have been played before the choice.
    assert fetched & {"180p", "180p-av1"} == {taken}
