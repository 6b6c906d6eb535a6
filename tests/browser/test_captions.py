"""Captions in the player of the watch page: chosen, remembered, in their places, and changed while
the film plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import captioned
from tests.browser.captioned import cue
from tests.browser.people import Person, sign_up
from tests.browser.playing import start

pytestmark = [pytest.mark.browser, pytest.mark.alone]

Open = Callable[[Person], Page]
ENGLISH = cue("00:00.000", "00:02.000", "In the beginning") + cue("00:02.000", "00:03.000", "Later")
GERMAN = cue("00:00.000", "00:03.000", "Am Anfang")


@pytest.fixture(scope="module")
def owner(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "captions@example.com")


@pytest.fixture(scope="module")
def ready(owner: Person, short_clip: Path) -> str:
    """A ready video of three seconds."""
    video = owner.upload(short_clip)
    assert owner.wait_until_over(video)["status"] == "ready"
    return video


@pytest.fixture
def film(owner: Person, ready: str) -> Iterator[str]:
    """The video, which has no texts before and after."""
    yield ready
    for track in owner.ask("GET", f"/api/v1/videos/{ready}/tracks/").json()["results"]:
        captioned.delete(owner, ready, track["id"])


def shown(page: Page) -> Locator:
    return page.locator("caption-view .cue")


def at(page: Page, video: str, seconds: float, path: str = "watch") -> None:
    """Begin to play, and stop at a moment."""
    page.goto(f"/{path}/{video}/")
    start(page)
    captioned.go_to(page, seconds)


def menu(page: Page) -> Locator:
    """Open the menu of captions."""
    page.locator("media-controller").hover()
    button = page.get_by_role("button", name="Captions")
    if button.get_attribute("aria-expanded") == "false":
        button.click()
    return page.get_by_role("group", name="Captions").first


def test_captions_are_chosen_and_remembered(owner: Person, open_page: Open, film: str) -> None:
    captioned.add(owner, film, ENGLISH, kind="captions", language="en")
    captioned.add(owner, film, GERMAN, kind="subtitles", language="de")
    page = open_page(owner)
    at(page, film, 1)
    expect(shown(page)).to_have_count(0)
    menu(page).get_by_role("radio", name="Deutsch").check()
    expect(shown(page)).to_have_text("Am Anfang")
    at(page, film, 1)
    expect(shown(page)).to_have_text("Am Anfang")
    page.keyboard.press("c")
    expect(shown(page)).to_have_count(0)
    page.keyboard.press("c")
    expect(shown(page)).to_have_text("Am Anfang")
    menu(page).get_by_role("radio", name="English").check()
    expect(shown(page)).to_have_text("In the beginning")
    captioned.go_to(page, 2.5)
    expect(shown(page)).to_have_text("Later")


def test_captions_change_while_the_film_plays(owner: Person, open_page: Open, film: str) -> None:
    page = open_page(owner)
    at(page, film, 1)
    page.evaluate(
        "() => { document.querySelector('video').onemptied = () => (window.emptied = 1); }"
    )
    expect(page.get_by_role("button", name="Captions")).to_be_hidden()
    track = captioned.add(owner, film, ENGLISH, kind="captions", language="en", default="true")
    expect(shown(page)).to_have_text("In the beginning")
    captioned.change(owner, film, track, (0.5, 2, "Mended"))
    expect(shown(page)).to_have_text("Mended")
    captioned.delete(owner, film, track)
    expect(shown(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Captions")).to_be_hidden()
    assert not page.evaluate("window.emptied === true")
