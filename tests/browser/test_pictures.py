"""Pictures before play: storyboard on the timeline, previews in the library, and nothing that
jumps."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import pictures
from tests.browser.conftest import draw
from tests.browser.people import Person, sign_up
from tests.browser.playing import media, start
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]
LEFT, RIGHT = "0px 0px", "-160px 0px"
SECONDS = 8
_SHIFTS = """
window.shifted = [];
const element = ({ node }) => (node instanceof Element ? node : node?.parentElement);
new PerformanceObserver((list) => {
  for (const { sources } of list.getEntries()) window.shifted.push(...sources.map(element));
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def owner(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "pictures@example.com")


@pytest.fixture(scope="module")
def film(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ready video of eight seconds, with only the pictures that processing makes of it."""
    folder = tmp_path_factory.mktemp("film")
    video = owner.upload(draw(folder / "bars.mp4", "320x180", seconds=SECONDS))
    assert owner.wait_until_over(video)["status"] == "ready"
    address = f"/api/v1/videos/{video}/"
    # Until its own pictures are made they could replace those of a test.
    wait_until(lambda: owner.ask("GET", address).json()["job"]["status"] == "succeeded", "is done")
    return video


@pytest.fixture(scope="module")
def pictured(owner: Person, film: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same with pictures of all kinds."""
    pictures.give(owner, film, tmp_path_factory.mktemp("pictures"))
    return film


def test_pictures_come_to_a_card_without_a_reload_and_nothing_jumps(
    owner: Person, film: str, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(owner)
    page.add_init_script(_SHIFTS)
    page.goto("/", wait_until="networkidle")
    picture = page.locator(".card picture img")
    before = picture.get_attribute("src") or ""
    pictures.give(owner, film, tmp_path / "given")
    expect(picture).not_to_have_attribute("src", before)
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.currentSrc").endswith(".webp")
    page.locator(".card .picture").hover()
    expect(page.locator(".hover-preview[data-shown]")).to_be_visible()
    moved = "window.shifted.filter((one) => one?.closest('.cards')).map((one) => one.outerHTML)"
    assert page.evaluate(moved) == []


def test_a_preview_moves_under_the_mouse_and_the_focus_alone(
    owner: Person, pictured: str, open_page: Open
) -> None:
    page = open_page(owner)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.reload(wait_until="networkidle")
    assert not [url for url in fetched if url.endswith("preview.mp4")]
    preview = page.locator("video.hover-preview[data-shown]")
    page.locator(".card .picture").hover()
    expect(preview).to_be_visible()
    assert preview.evaluate("video => video.muted")
    page.get_by_role("heading", name="Library").hover()
    expect(preview).to_have_count(0)
    page.get_by_role("button", name="Select").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.card-title a')"):
            break
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_have_count(0)


def test_no_preview_moves_for_who_wants_less_motion(
    owner: Person, pictured: str, open_page: Open
) -> None:
    page = open_page(owner)
    page.emulate_media(reduced_motion="reduce")
    page.locator(".card .picture").hover()
    page.locator(".card-title a").focus()
    page.wait_for_timeout(400)  # longer than the pointer has to rest
    expect(page.locator(".hover-preview")).to_have_count(0)


def test_the_timeline_shows_its_storyboard_to_mouse_and_keyboard(
    owner: Person, pictured: str, open_page: Open
) -> None:
    page = open_page(owner)
    page.goto(f"/watch/{pictured}/")
    start(page)
    media(page).evaluate("media => media.pause()")
    seek = page.locator("seek-preview")
    expect(seek).to_be_hidden()
    point(page, 0.1)
    shows(seek, LEFT, "0:00")
    point(page, 0.6)
    shows(seek, RIGHT, "0:04")
    page.mouse.move(5, 5)
    expect(seek).to_be_hidden()
    timeline = page.locator("media-time-range input")
    page.locator("media-control-bar media-play-button").focus()
    page.keyboard.press("Shift+Tab")
    expect(timeline).to_be_focused()
    page.keyboard.press("End")
    shows(seek, RIGHT, "0:08")
    page.keyboard.press("Home")
    shows(seek, LEFT, "0:00")
    page.keyboard.press("Tab")
    expect(seek).to_be_hidden()


def test_a_finger_that_drags_sees_the_storyboard_too(
    owner: Person, pictured: str, chromium: Browser
) -> None:
    context = chromium.new_context(
        base_url=owner.site.url, viewport={"width": 390, "height": 800}, has_touch=True
    )
    page = context.new_page()
    owner.log_in(page)
    page.goto(f"/watch/{pictured}/")
    start(page)
    media(page).evaluate("media => media.pause()")
    line = page.locator("media-time-range").bounding_box()
    assert line is not None
    finger = context.new_cdp_session(page)

    def touch(kind: str, *shares: float) -> None:
        height = line["y"] + line["height"] / 2
        points = [{"x": line["x"] + share * line["width"], "y": height} for share in shares]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.1)
    touch("touchMove", 0.4)
    touch("touchMove", 0.6)
    shows(page.locator("seek-preview"), RIGHT, re.compile("0:0[45]"))
    touch("touchEnd")
    expect(page.locator("seek-preview")).to_be_hidden()
    context.close()


def point(page: Page, share: float) -> None:
    """Move the mouse over a share of the timeline."""
    line = page.locator("media-time-range").bounding_box()
    assert line is not None
    page.mouse.move(line["x"] + share * line["width"], line["y"] + line["height"] / 2)


def shows(seek: Locator, part: str, time: str | re.Pattern[str]) -> None:
    """Check which part of the sheet, and which time, is shown."""
    expect(seek).to_be_visible()
    expect(seek.locator(".seek-picture")).to_have_css("background-position", part)
    expect(seek.locator(".seek-time")).to_have_text(time)
