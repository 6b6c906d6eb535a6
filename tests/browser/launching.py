"""The system's Chromium, as every test and picture starts it."""

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
    # A page that a test makes up has no address: Chromium would keep it from those of this machine.
    "--disable-features=LocalNetworkAccessChecks",
)


@contextmanager
def running_chromium(*arguments: str) -> Iterator[Browser]:
    """Start it with further arguments; close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()
