"""Pictures that lie in a bucket, behind redirects, are seen with the mouse, the keyboard and a
finger."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import draw
from tests.browser.people import Person, sign_up
from tests.browser.playing import media, start
from tests.servers.app import Vodloom
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(400)]

Open = Callable[[Person], Page]
_LOADED = """async (frame) => {
  const image = new Image();
  image.src = getComputedStyle(frame).backgroundImage.slice(5, -2);
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}"""


@pytest.fixture(scope="module")
def owner(bucket_site: Vodloom, chromium: Browser) -> Person:
    """Somebody with a library there."""
    return sign_up(bucket_site, chromium, "pictures@example.com")


@pytest.fixture(scope="module")
def film(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A video of eight seconds with all its pictures."""
    folder = tmp_path_factory.mktemp("film")
    return made(owner, draw(folder / "bars.mp4", "320x180", seconds=8))


@pytest.fixture(scope="module")
def sound(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Audio alone, whose card shows its waveform."""
    path = tmp_path_factory.mktemp("sound") / "tone.m4a"
    tone = "aevalsrc=sin(440*2*PI*t)*abs(sin(t)):d=6"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, str(path)], check=True)
    return made(owner, path)


def made(owner: Person, path: Path) -> str:
    """Upload a file, and wait until its pictures are made too."""
    video = owner.upload(path)
    assert owner.wait_until_over(video)["status"] == "ready"
    address = f"/api/v1/videos/{video}/"
    wait_until(lambda: owner.ask("GET", address).json()["job"]["status"] == "succeeded", "is done")
    return video


def test_film_and_waveform_are_shown_whole(
    owner: Person, film: str, sound: str, open_page: Open
) -> None:
    page = open_page(owner)
    card = ".card:has(a[href*='{}']) picture img"
    for address, picture in (
        ("/", card.format(film)),
        ("/", card.format(sound)),
        (f"/watch/{sound}/", ".cover-picture img"),
    ):
        page.goto(address, wait_until="networkidle")
        image = page.locator(picture)
        expect(image).to_have_js_property("complete", True)
        natural, box = image.evaluate(
            "i => [i.naturalWidth / i.naturalHeight, i.clientWidth / i.clientHeight]"
        )
        fit = image.evaluate("i => getComputedStyle(i).objectFit")
        assert natural == pytest.approx(box, rel=0.02) or fit == "contain", picture


def test_the_preview_of_a_card_moves(owner: Person, film: str, open_page: Open) -> None:
    page = open_page(owner)
    page.reload(wait_until="networkidle")
    page.locator(f".card:has(a[href*='{film}']) .picture").hover()
    preview = page.locator("video.hover-preview[data-shown]")
    expect(preview).to_be_visible()
    wait_until(lambda: bool(preview.evaluate("video => video.currentTime > 0")), "moves")


def test_mouse_and_keyboard_see_the_storyboard(owner: Person, film: str, open_page: Open) -> None:
    page = open_page(owner)
    page.goto(f"/watch/{film}/")
    start(page)
    media(page).evaluate("media => media.pause()")
    x, y = on_the_line(page, 0.6)
    page.mouse.move(x, y)
    sees_the_sheet(page)
    page.mouse.move(5, 5)
    page.locator("media-control-bar media-play-button").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    sees_the_sheet(page)


def test_a_finger_sees_the_storyboard(owner: Person, film: str, chromium: Browser) -> None:
    context = chromium.new_context(
        base_url=owner.site.url, viewport={"width": 390, "height": 800}, has_touch=True
    )
    page = context.new_page()
    owner.log_in(page)
    page.goto(f"/watch/{film}/")
    start(page)
    media(page).evaluate("media => media.pause()")
    finger = context.new_cdp_session(page)
    for kind, share in (("touchStart", 0.1), ("touchMove", 0.4), ("touchMove", 0.6)):
        x, y = on_the_line(page, share)
        points = [{"x": x, "y": y}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    sees_the_sheet(page)
    context.close()


def on_the_line(page: Page, share: float) -> tuple[float, float]:
    """The place of a share of the timeline."""
    line = page.locator("media-time-range").bounding_box()
    assert line is not None
    return line["x"] + share * line["width"], line["y"] + line["height"] / 2


def sees_the_sheet(page: Page) -> None:
    """Check that a part of the storyboard is shown, and that its sheet came from the bucket."""
    frame: Locator = page.locator("seek-preview .seek-picture")
    expect(frame).to_be_visible()
    expect(frame).not_to_have_css("background-image", "none")
    assert frame.evaluate(_LOADED) == [1280, 90]
