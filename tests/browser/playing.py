"""Use the player of a page as a viewer does, and check what plays."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.servers.process import wait_until

PATIENCE_MS = 60_000


def media(place: Page | FrameLocator) -> Locator:
    """Return the player's media element, for video or audio."""
    return place.locator("vod-player [slot=media]")


def start(place: Page | FrameLocator) -> None:
    """Press play with the sound off, and wait until playback advances."""
    expect(place.locator("vod-player")).to_be_visible(timeout=PATIENCE_MS)
    # Until its code is loaded the player shows only a poster.
    button = place.locator("media-play-button:visible").first
    expect(button).to_be_visible()
    media(place).evaluate("media => (media.muted = true)")
    button.click()
    wait_until(lambda: bool(media(place).evaluate("media => media.currentTime > 0")), "moves")


def plays(page: Page) -> None:
    """Start playback, and wait until more than the first frame is shown."""
    start(page)
    shown = "media => media.currentTime > 1 && media.videoWidth > 0"
    wait_until(lambda: bool(media(page).evaluate(shown)), "plays")


def settings(page: Page) -> Locator:
    """Return the button that opens the settings, and make the controls visible."""
    page.locator("media-controller").hover()
    return page.get_by_role("button", name="Settings")


def top_of(locator: Locator) -> float:
    """Return the position of an element's top edge in pixels."""
    box = locator.bounding_box()
    assert box is not None
    return box["y"]
