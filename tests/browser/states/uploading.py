"""The upload page."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser.states.state import State


def _refuse_files(page: Page) -> None:
    files = [
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Not a film at all.\n"},
        {"name": "slides.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 ...\x00"},
        {"name": "empty.mp4", "mimeType": "video/mp4", "buffer": b""},
    ]
    page.get_by_label("Choose files").set_input_files(files)  # type: ignore[arg-type]  # payloads
    expect(page.get_by_text("This is a text")).to_be_visible()


def hold_uploads(page: Page) -> None:
    """Make all uploads from now on hang."""
    page.route("**/api/v1/videos/", lambda route: None)


def _stall(page: Page) -> None:
    hold_uploads(page)
    film = {
        "name": "On its way.mp4",
        "mimeType": "video/mp4",
        "buffer": b"\x00\x00\x00\x18ftypmp42",
    }
    page.get_by_label("Choose files").set_input_files([film])  # type: ignore[arg-type]  # a payload
    expect(page.get_by_text("No data for")).to_be_visible()


UPLOADING: Sequence[State] = (
    State("upload-refused-account", "/upload/", "viewer"),
    State("folder-upload", "/upload/?folder={nested}"),
    State("folder-upload-stalled", "/upload/?folder={nested}", prepare=_stall),
    State("upload", "/upload/"),
    State("upload-refused", "/upload/", prepare=_refuse_files),
    State("upload-stalled", "/upload/", prepare=_stall),
)
