"""A video's page, as its owner and as a stranger sees it."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser import captioned
from tests.browser.playing import media, start
from tests.browser.states.state import State


def _point_at_the_timeline(page: Page) -> None:
    start(page)
    media(page).evaluate("media => media.pause()")
    page.locator("media-time-range").hover()


def _show_captions(page: Page) -> None:
    start(page)
    captioned.go_to(page, 1.5)
    expect(page.locator("caption-view .cue")).to_be_visible()
    page.locator("media-controller").hover()


def _open_captions(page: Page) -> None:
    _show_captions(page)
    page.get_by_role("button", name="Captions").click()
    page.get_by_text("How they look").click()


def _open_chapters(page: Page) -> None:
    _show_captions(page)
    page.locator("player-chapters button").first.click()


def _open_transcript(page: Page) -> None:
    _show_captions(page)
    page.get_by_role("button", name="Transcript").click()
    page.get_by_label("Search the transcript").fill("the")
    expect(page.get_by_text("1 of ")).to_be_visible()


def _read_from_right_to_left(page: Page) -> None:
    _open_captions(page)
    page.get_by_role("radio", name="العربيّة").check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Transcript").click()
    captioned.go_to(page, 0.5)
    expect(page.locator("caption-view .cue")).to_be_visible()


WATCHING: Sequence[State] = (
    State("public", "/watch/{light_on_water}/", ""),
    State("public-upright", "/watch/{upright}/", ""),
    State("watch", "/watch/{light_on_water}/"),
    State("watch-seeking", "/watch/{light_on_water}/", prepare=_point_at_the_timeline),
    State("watch-captions", "/watch/{light_on_water}/", prepare=_show_captions),
    State("watch-captions-menu", "/watch/{light_on_water}/", prepare=_open_captions),
    State("watch-chapters", "/watch/{light_on_water}/", prepare=_open_chapters),
    State("watch-transcript", "/watch/{light_on_water}/", prepare=_open_transcript),
    State("watch-arabic", "/watch/{light_on_water}/", prepare=_read_from_right_to_left),
    State("watch-upright", "/watch/{upright}/"),
    State("watch-sound", "/watch/{sound}/"),
    State("watch-sound-captions", "/watch/{sound}/", prepare=_show_captions),
    State("watch-sound-transcript", "/watch/{sound}/", prepare=_open_transcript),
    State("public-transcript", "/watch/{light_on_water}/", "", _open_transcript),
    State("watch-working", "/watch/{working}/"),
    State("watch-waiting", "/watch/{waiting}/"),
    State("watch-failed", "/watch/{failed}/"),
    State("watch-canceled", "/watch/{canceled}/"),
)
