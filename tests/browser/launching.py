"""Start the system's Chromium, for all tests and screenshots."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    # Pages created by a test have no address, and Chromium would block their local requests.
    "--disable-features=LocalNetworkAccessChecks",
)


@contextmanager
def running_chromium(*arguments: str) -> Iterator[Browser]:
    """Run Chromium with further arguments; close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()
