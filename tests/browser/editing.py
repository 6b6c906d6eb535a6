"""Use the editor of cues as people do."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Person

Told = tuple[float, float, str]


def add_track(person: Person, video: str, cues: list[Told], **fields: Any) -> str:
    """Add a track with these cues (seconds, seconds, text), and return its id."""
    given = [{"start": start, "end": end, "text": text} for start, end, text in cues]
    body = {"kind": "captions", "language": "en", "cues": given, **fields}
    answer = person.ask("POST", f"/api/v1/videos/{video}/tracks/", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def stored(person: Person, video: str, track: str) -> list[Told]:
    """Return the cues as the server has them."""
    answer = person.ask("GET", f"/api/v1/videos/{video}/tracks/{track}/cues/").json()
    return [(one["start"], one["end"], one["text"]) for one in answer["cues"]]


def texts(person: Person, video: str, track: str) -> list[str]:
    """Return the texts as the server has them."""
    return [text for _, _, text in stored(person, video, track)]


def open_editor(page: Page, video: str, track: str) -> None:
    """Open the editor, and wait until the cues are there."""
    page.goto(f"/watch/{video}/tracks/{track}/edit/")
    saved(page)


def saved(page: Page) -> None:
    """Wait until everything is on the server."""
    expect(state(page)).to_have_attribute("data-state", "saved")


def state(page: Page) -> Locator:
    """Return the line that tells whether everything is saved."""
    return page.locator(".editor-state")


def text(page: Page, number: int) -> Locator:
    """Return the text field of a cue, counted from 1."""
    return page.get_by_label(f"Text of cue {number}", exact=True)
