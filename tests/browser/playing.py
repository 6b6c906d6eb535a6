"""What a viewer does with the player of a page, and what then plays."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.servers.process import wait_until

PATIENCE_MS = 60_000


def media(place: Page | FrameLocator) -> Locator:
    """The film's element, or that of sound alone."""
    return place.locator("vod-player [slot=media]")


def start(place: Page | FrameLocator) -> None:
    """Press play, and wait until something moves; without a tone."""
    expect(place.locator("vod-player")).to_be_visible(timeout=PATIENCE_MS)
    # Before its code is there the player shows a poster alone.
    button = place.locator("media-play-button:visible").first
    expect(button).to_be_visible()
    media(place).evaluate("media => (media.muted = true)")
    button.click()
    wait_until(lambda: bool(media(place).evaluate("media => media.currentTime > 0")), "moves")


def plays(page: Page) -> None:
    """More than its first picture."""
    start(page)
    shown = "media => media.currentTime > 1 && media.videoWidth > 0"
    wait_until(lambda: bool(media(page).evaluate(shown)), "plays")


def settings(page: Page) -> Locator:
    """The button that shows them, with the controls awake."""
    page.locator("media-controller").hover()
    return page.get_by_role("button", name="Settings")


def top_of(locator: Locator) -> float:
    """Where something begins on the page, in pixels."""
    box = locator.bounding_box()
    assert box is not None
    return box["y"]
