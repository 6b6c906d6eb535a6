"""The player on the watch page: its requests, its choices, its keys, and small screens."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import Person, sign_up
from tests.browser.playing import media, settings, start
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def owner(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "player@example.com")


@pytest.fixture(scope="module")
def film(owner: Person, clip_with_audio: Path) -> str:
    """A ready video of twelve seconds, unlisted."""
    video = owner.upload(clip_with_audio)
    assert owner.wait_until_over(video)["status"] == "ready"
    owner.ask("PATCH", f"/api/v1/videos/{video}/", json={"visibility": "unlisted"})
    return video


@contextmanager
def window(chromium: Browser, owner: Person, **options: Any) -> Iterator[Page]:
    """Open a page in which nobody is logged in."""
    context = chromium.new_context(base_url=owner.site.url, **options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def test_nothing_of_the_film_is_fetched_before_play(
    chromium: Browser, owner: Person, film: str
) -> None:
    with window(chromium, owner) as page:
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(f"/watch/{film}/", wait_until="networkidle")
        expect(page.locator(".play-large")).to_be_visible()
        of_the_film = [url for url in fetched if "/m/" in url]
        assert len(of_the_film) == 1
        assert of_the_film[0].endswith((".jpg", ".webp"))
        start(page)
        assert any("master.m3u8" in url for url in fetched)


def test_a_page_without_a_film_loads_no_player(
    owner: Person, open_page: Open, no_video: Path
) -> None:
    video = owner.upload(no_video)
    owner.wait_until_over(video)
    page = open_page(owner)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"/watch/{video}/", wait_until="networkidle")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert not [url for url in fetched if "vendor" in url or "player.js" in url.lower()]


def test_automatic_quality_comes_back_while_it_plays(
    chromium: Browser, owner: Person, film: str
) -> None:
    with window(chromium, owner) as page:
        page.goto(f"/watch/{film}/")
        start(page)
        media(page).evaluate("video => (video.loop = true)")
        settings(page).click()
        qualities = page.get_by_role("group", name="Quality")
        for name, width in (("240p", 426), ("720p", 1280), ("240p", 426)):
            qualities.get_by_role("radio", name=name, exact=True).check()
            for _ in range(2):  # at once, and when it plays
                expect(qualities.get_by_role("radio", name=name, exact=True)).to_be_checked()
                shows(page, width)
        automatic = qualities.get_by_role("radio", name="Auto")
        automatic.check()
        expect(automatic).to_be_checked()
        assert page.evaluate("document.querySelector('vod-player').renditions.isAutomatic")
        # The chosen size depends on the machine.
        expect(qualities.get_by_text(re.compile(r"^Auto \(\d+p\)$"))).to_be_visible()
        page.wait_for_timeout(2000)
        expect(automatic).to_be_checked()
        assert not media(page).evaluate("video => video.paused")


def shows(page: Page, width: int) -> None:
    shown = "video => video.videoWidth"
    wait_until(lambda: bool(media(page).evaluate(shown) == width), f"{width} pixels play")


def test_lengths_agree(owner: Person, open_page: Open, film: str) -> None:
    page = open_page(owner)
    card = page.locator(f'.card[data-video="{film}"] .tag')
    expect(card).to_have_text("0:12")
    page.goto(f"/watch/{film}/")
    expect(page.locator("vod-player .whole")).to_have_text("0:12")
    expect(page.locator(".state")).to_contain_text("0:12")
    page.get_by_text("Details").click()
    expect(page.locator(".facts")).to_contain_text("0:12")
    start(page)
    page.keyboard.press("9")
    expect(page.locator("player-clock")).to_have_text("0:12 / 0:12", timeout=20_000)


def test_keys_work_wherever_one_is_but_in_fields(owner: Person, open_page: Open, film: str) -> None:
    page = open_page(owner)
    page.goto(f"/watch/{film}/")
    expect(page.locator(".play-large")).to_be_visible()
    page.keyboard.press("m")
    page.keyboard.press("k")
    wait_until(lambda: bool(media(page).evaluate("m => m.currentTime > 0")), "plays")
    page.keyboard.press(" ")
    assert media(page).evaluate("m => m.paused")
    for key, place in (("5", 6), ("ArrowRight", 11), ("j", 1), ("0", 0)):
        page.keyboard.press(key)
        wait_until(lambda p=place: is_at(page, p), f"{key} goes to {place} s")  # type: ignore[misc]
    page.get_by_label("Title").focus()
    page.keyboard.press("End")
    page.keyboard.type("k5 ?")
    assert is_at(page, 0)
    assert page.get_by_label("Title").input_value().endswith("k5 ?")
    page.keyboard.press("Escape")
    page.get_by_label("Title").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of the player")).to_be_visible()
    page.keyboard.press("5")
    assert is_at(page, 0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("media-fullscreen-button").focus()
    for key, volume in (("ArrowDown", 0.9), ("ArrowDown", 0.8), ("ArrowUp", 0.9)):
        page.keyboard.press(key)
        assert media(page).evaluate("m => m.volume") == pytest.approx(volume)


def is_at(page: Page, seconds: float) -> bool:
    return bool(media(page).evaluate("(m, s) => Math.abs(m.currentTime - s) < 0.2", seconds))


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return {side: float(found[side]) for side in ("x", "y", "width", "height")}


def test_a_phone_has_controls_for_thumbs(chromium: Browser, owner: Person, film: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with window(chromium, owner, **phone) as page:
        page.goto(f"/watch/{film}/")
        expect(page.locator(".play-large")).to_be_visible()
        middle = box(page, ".play-large")
        assert middle["width"] >= 44
        assert middle["x"] + middle["width"] / 2 == pytest.approx(195, abs=2)
        start(page)
        page.locator("media-controller").tap(position={"x": 60, "y": 60})
        media(page).evaluate("video => video.pause()")
        assert box(page, "media-time-range")["width"] > 340
        for control in ("media-mute-button", "media-fullscreen-button", ".player-button:visible"):
            assert box(page, control)["height"] >= 44, control
        page.get_by_role("button", name="Settings").tap()
        sheet = page.locator("#player-settings")
        for choice in sheet.locator("label").all():
            where = choice.bounding_box()
            assert where and where["height"] >= 44
            assert where["y"] >= 0 and where["y"] + where["height"] <= 844
        assert sheet.get_by_text("Auto").count() == 1


@pytest.mark.parametrize("width", [320, 390, 2560])
def test_no_width_makes_it_scroll_sideways(
    chromium: Browser, owner: Person, film: str, width: int
) -> None:
    with window(chromium, owner, viewport={"width": width, "height": 1000}) as page:
        for path in (f"/watch/{film}/", "/watch/no-such-video/", f"/embed/{film}/"):
            page.goto(path)
            assert page.evaluate(OVERFLOW) <= 0, path
        page.goto(f"/watch/{film}/")
        page.get_by_role("button", name="Share").click()
        assert page.evaluate(OVERFLOW) <= 0
        if width == 2560:
            assert box(page, "vod-player")["height"] >= 700


def test_a_phone_on_its_side_has_the_film(chromium: Browser, owner: Person, film: str) -> None:
    with window(chromium, owner, viewport={"width": 844, "height": 390}) as page:
        page.goto(f"/watch/{film}/")
        where = box(page, "vod-player")
        assert where["height"] >= 340
        assert where["y"] + where["height"] <= 391


def test_without_scripts_it_plays_and_nothing_is_dead(
    chromium: Browser, owner: Person, film: str
) -> None:
    with window(chromium, owner, java_script_enabled=False) as page:
        page.goto(f"/watch/{film}/")
        # Playwright cannot find text within noscript.
        notice = page.locator("noscript .notice").first
        expect(notice).to_be_visible()
        assert "JavaScript is off" in notice.inner_text()
        assert page.locator("video[controls] source[src*='.mp4']").count() == 1
        assert page.get_by_role("main").get_by_role("button").count() == 0
        expect(page.get_by_text("Download")).to_be_visible()


def test_audio_alone_has_a_player_of_its_own(owner: Person, open_page: Open, tone: Path) -> None:
    video = owner.upload(tone)
    assert owner.wait_until_over(video)["status"] == "ready"
    page = open_page(owner)
    page.goto(f"/watch/{video}/")
    expect(page.locator(".wave")).to_be_visible()
    expect(page.locator("media-pip-button, media-fullscreen-button, .play-large")).to_have_count(0)
    assert box(page, "vod-player")["height"] < 300
    start(page)
    expect(page.locator("player-clock")).to_contain_text("/ 0:05")


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone.m4a"
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=330:d=5", "-c:a", "aac", str(path)]
    subprocess.run(argv, check=True)
    return path


def test_an_embedded_player_finds_new_addresses_when_its_own_have_expired(
    chromium: Browser, owner: Person, film: str
) -> None:
    with window(chromium, owner) as page:
        page.goto(f"/embed/{film}/")
        page.evaluate(
            """() => {
              const { dataset } = document.querySelector("vod-player");
              const token = new URL(dataset.src, location).pathname.split("/")[2];
              dataset.src = dataset.src.replace(token, "expired");
            }"""
        )
        page.locator(".play-large").click()
        page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")


def test_an_embedded_player_says_when_its_video_is_not_shared_any_more(
    chromium: Browser, owner: Person, film: str
) -> None:
    with window(chromium, owner) as page:
        page.goto(f"/embed/{film}/")
        owner.ask("PATCH", f"/api/v1/videos/{film}/", json={"visibility": "private"})
        try:
            page.wait_for_timeout(2500)  # The gate's answers are cached for two seconds.
            page.locator(".play-large").click()
            expect(page.get_by_text("This video is not available")).to_be_visible()
        finally:
            owner.ask("PATCH", f"/api/v1/videos/{film}/", json={"visibility": "unlisted"})
