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
from tests.browser.playing import media, start
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone]

Open = Callable[[Person], Page]
ENGLISH = cue("00:00.000", "00:01.500", "In the beginning") + cue("00:01.500", "00:02.000", "Later")
GERMAN = cue("00:00.000", "00:03.000", "Am Anfang")


@pytest.fixture(scope="module")
def owner(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "captions@example.com")


@pytest.fixture(scope="module")
def ready(owner: Person, short_clip: Path) -> str:
    """A ready video of two seconds, unlisted."""
    video = owner.upload(short_clip)
    assert owner.wait_until_over(video)["status"] == "ready"
    owner.ask("PATCH", f"/api/v1/videos/{video}/", json={"visibility": "unlisted"})
    return video


@pytest.fixture
def film(owner: Person, ready: str) -> Iterator[str]:
    """The video, which has no texts before and after."""
    yield ready
    for track in owner.ask("GET", f"/api/v1/videos/{ready}/tracks/").json()["results"]:
        captioned.delete(owner, ready, track["id"])


@pytest.fixture
def page(chromium: Browser, owner: Person) -> Iterator[Page]:
    """A page of somebody who is not logged in and speaks English."""
    context = chromium.new_context(base_url=owner.site.url, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


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


def test_captions_are_chosen_and_remembered(owner: Person, page: Page, film: str) -> None:
    captioned.add(owner, film, ENGLISH, kind="captions", language="en")
    captioned.add(owner, film, GERMAN, kind="subtitles", language="de")
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
    captioned.go_to(page, 1.7)
    expect(shown(page)).to_have_text("Later")


def test_captions_change_while_the_film_plays(owner: Person, open_page: Open, film: str) -> None:
    page = open_page(owner)
    at(page, film, 1)
    page.evaluate(
        "() => { document.querySelector('video').onemptied = () => (window.emptied = true); }"
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


def test_the_default_is_shown_until_one_says_no(owner: Person, page: Page, film: str) -> None:
    captioned.add(owner, film, GERMAN, kind="subtitles", language="de", default="true")
    at(page, film, 1, "embed")
    expect(shown(page)).to_have_text("Am Anfang")
    menu(page).get_by_role("radio", name="Off").check()
    expect(shown(page)).to_have_count(0)
    at(page, film, 1, "embed")
    expect(shown(page)).to_have_count(0)


@pytest.mark.thorough
def test_forced_subtitles_are_shown_by_themselves(owner: Person, page: Page, film: str) -> None:
    captioned.add(owner, film, GERMAN, kind="forced", language="de")
    captioned.add(owner, film, ENGLISH, kind="captions", language="en")
    at(page, film, 1)
    expect(shown(page)).to_have_text("Am Anfang")
    assert menu(page).get_by_role("radio").count() == 2
    menu(page).get_by_role("radio", name="English").check()
    expect(shown(page)).to_have_text("In the beginning")
    menu(page).get_by_role("radio", name="Off").check()
    expect(shown(page)).to_have_text("Am Anfang")


@pytest.mark.thorough
def test_captions_look_as_one_likes(owner: Person, page: Page, film: str) -> None:
    text = cue("00:00.000", "00:02.000", "<c.cyan>In</c> the beginning")
    captioned.add(owner, film, text, kind="captions", language="en", default="true")
    at(page, film, 1)
    tall = box(shown(page))["height"]
    colour = "element => getComputedStyle(element).color"
    assert shown(page).locator(".cyan").evaluate(colour) == "rgb(0, 255, 255)"
    menu(page)
    page.get_by_text("How they look").click()
    for name in ("Very large", "Yellow", "Outline"):
        page.get_by_role("radio", name=name).check()
    page.get_by_role("group", name="Background").get_by_role("radio", name="None").check()
    for comes_back in (False, True):
        if comes_back:
            at(page, film, 1)
            expect(shown(page)).to_be_visible()
        assert box(shown(page))["height"] == pytest.approx(2 * tall, rel=0.2)
        for part in (".cue-text", ".cyan"):
            assert shown(page).locator(part).evaluate(colour) == "rgb(255, 255, 0)"
        styled = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).textShadow]"
        background, edge = shown(page).locator(".cue-text").evaluate(styled)
        assert background == "rgba(0, 0, 0, 0)"
        assert edge != "none"


@pytest.mark.thorough
def test_captions_are_in_their_places_and_above_the_controls(
    owner: Person, page: Page, film: str
) -> None:
    top_left = "line:0 position:0% align:start size:40%"
    top_right = "line:0 position:100% align:end size:40%"
    places = (top_left, "line:50% align:end position:100%", "", "", top_right)
    names = ("top left", "middle right", "bottom", "above", "top right")
    text = "".join(
        cue("00:00.000", "00:02.000", name, place)
        for name, place in zip(names, places, strict=True)
    )
    captioned.add(owner, film, text, kind="captions", language="en", default="true")
    at(page, film, 1)
    expect(shown(page)).to_have_count(5)
    page.locator("media-controller").hover()
    whole, bar = box(page.locator("media-controller")), box(page.locator("media-time-range"))
    top, middle, bottom, above, beside = (
        box(page.get_by_text(name, exact=True).locator("..")) for name in names
    )
    assert top["x"] == pytest.approx(whole["x"], abs=8)
    assert beside["y"] == top["y"]
    assert top["y"] < whole["y"] + 0.1 * whole["height"]
    assert middle["x"] + middle["width"] == pytest.approx(whole["x"] + whole["width"], abs=8)
    assert middle["y"] == pytest.approx(whole["y"] + whole["height"] / 2, abs=8)
    assert bottom["y"] + bottom["height"] <= bar["y"] + 1
    assert above["y"] + above["height"] <= bottom["y"] + 2
    # While it plays and nobody moves, the controls fade, and the captions have their room.
    page.locator("media-controller").evaluate(
        "e => { e.toggleAttribute('userinactive', true); e.querySelector('video').loop = true; }"
    )
    media(page).evaluate("media => media.play()")
    page.mouse.move(0, 0)
    lowest = page.locator("caption-view .cue", has_text="bottom")
    wait_until(lambda: box(lowest)["y"] > bottom["y"] + 20, "it stands lower")


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return {side: float(found[side]) for side in ("x", "y", "width", "height")}


def test_text_of_strangers_is_only_text(owner: Person, page: Page, film: str) -> None:
    evil = "<img src=x onerror=alert(1)> &lt;script&gt;alert(2)&lt;/script&gt; <b>bold</b>"
    captioned.add(
        owner, film, cue("00:00.000", "00:02.000", evil), kind="captions", default="true",
        label="<img src=x onerror=alert(3)>",
    )  # fmt: skip
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    at(page, film, 1)
    expect(shown(page)).to_contain_text("<script>alert(2)</script> bold")
    expect(shown(page).locator("b")).to_have_text("bold")
    expect(menu(page).get_by_role("radio", name="<img src=x onerror=alert(3)>")).to_be_checked()
    assert page.locator("vod-player img[src=x], caption-view :is(img, script)").count() == 0


MODES = """() => [...document.querySelector("video").textTracks]
  .filter(({ mode }) => mode !== "disabled")
  .map(({ kind, label, mode }) => `${kind} ${label} ${mode}`)"""
DRAWS_ITSELF = "HTMLVideoElement.prototype.webkitSetPresentationMode = () => {};"
READS_PLAYLISTS_ITSELF = """
delete window.MediaSource;
delete window.ManagedMediaSource;
addEventListener("play", ({ target }) => target.addTextTrack("subtitles", "English", "en"), true);
"""


@pytest.mark.thorough
def test_webkit_draws_captions_itself(owner: Person, page: Page, film: str) -> None:
    captioned.add(owner, film, ENGLISH, kind="captions", language="en", default="true")
    captioned.add(owner, film, GERMAN, kind="subtitles", language="de")
    page.add_init_script(DRAWS_ITSELF)
    at(page, film, 1)
    wait_until(lambda: page.evaluate(MODES) == ["captions English showing"], "it is drawn")
    menu(page).get_by_role("radio", name="Deutsch").check()
    wait_until(lambda: page.evaluate(MODES) == ["subtitles Deutsch showing"], "the other is")
    expect(shown(page)).to_have_count(0)
    # The browser has a menu of its own in full screen.
    page.evaluate(
        """() => {
          for (const track of document.querySelector("video").textTracks) {
            track.mode = track.label === "English" ? "showing" : "disabled";
          }
        }"""
    )
    expect(page.get_by_role("radio", name="English")).to_be_checked()


def test_the_menu_switches_the_captions_that_the_playlist_brought(
    owner: Person, page: Page, film: str
) -> None:
    captioned.add(owner, film, ENGLISH, kind="captions", language="en", default="true")
    page.add_init_script(DRAWS_ITSELF + READS_PLAYLISTS_ITSELF)
    page.goto(f"/watch/{film}/")
    page.locator(".play-large").click()
    wait_until(lambda: page.evaluate(MODES) == ["subtitles English showing"], "it is drawn")
    assert page.locator("track").count() == 0
    menu(page).get_by_role("radio", name="Off").check()
    wait_until(lambda: page.evaluate(MODES) == [], "none is shown")


def test_captions_whose_addresses_have_expired_are_found_again(
    owner: Person, page: Page, film: str
) -> None:
    captioned.add(owner, film, ENGLISH, kind="captions", language="en", default="true")
    page.goto(f"/embed/{film}/")
    expect(page.locator("media-play-button:visible").first).to_be_visible()
    page.evaluate(
        """() => {
          const player = document.querySelector("vod-player");
          const texts = JSON.parse(player.dataset.texts);
          for (const text of texts) text.address = text.address.replace("/m/", "/m/expired");
          player.texts.take(texts);
        }"""
    )
    start(page)
    captioned.go_to(page, 1)
    expect(shown(page)).to_have_text("In the beginning")
