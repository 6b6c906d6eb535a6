"""Captions and chapters on the watch page: added, refused, renamed, deleted, and followed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import Person, sign_up
from tests.browser.playing import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]
SRT = b"1\n00:00:00,500 --> 00:00:01,500\nGuten Tag\n"
BROKEN = b"1\n00:00:00,500 --> 00:00:01,500\nGood\n\n2\n00:00:03,000 --> 00:00:02,000\nBad\n"


@pytest.fixture(scope="module")
def author(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "tracks-page@example.com")


@pytest.fixture(scope="module")
def film(author: Person, short_clip: Path) -> str:
    video = author.upload(short_clip)
    assert author.wait_until_over(video)["status"] == "ready"
    return video


def file(name: str, body: bytes) -> Any:
    return {"name": name, "mimeType": "text/plain", "buffer": body}


def test_a_track_is_added_renamed_made_default_and_deleted(
    author: Person, open_page: Open, film: str
) -> None:
    page, second_window = open_page(author), open_page(author)
    for window in (page, second_window):
        window.goto(f"/watch/{film}/")
    page.get_by_role("button", name="Add", exact=True).click()
    dialog = page.locator("#track-dialog")
    dialog.get_by_label("File", exact=True).set_input_files(file("film.de.srt", BROKEN))
    expect(dialog.get_by_label("Language")).to_have_value("German (de)")
    dialog.get_by_label("File", exact=True).set_input_files(file("film.de.srt", SRT))
    dialog.get_by_role("button", name="Add").click()
    line = page.locator(".line", has_text="Deutsch")
    expect(line).to_contain_text("1 cue")
    expect(second_window.locator(".line", has_text="Deutsch")).to_contain_text("From a file")

    page.get_by_label("Actions for Deutsch").click()
    page.get_by_role("button", name="Name and language…").click()
    dialog.get_by_label("Name in the menu").fill("Für Kinder")
    dialog.get_by_label("Language").fill("french")
    dialog.get_by_role("button", name="Save").click()
    for window in (page, second_window):
        expect(window.locator(".line", has_text="Für Kinder")).to_contain_text("Français")

    page.get_by_label("Actions for Für Kinder").click()
    page.get_by_role("button", name="Make it the default").click()
    expect(second_window.locator(".line .mark")).to_have_text("Default")

    page.get_by_label("Actions for Für Kinder").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="SubRip").click()
    assert b"Guten Tag" in Path(saved.value.path()).read_bytes()
    for answer, left in (("Keep it", 1), ("Delete", 0)):
        if page.locator(".line details.menu[open]").count() == 0:
            page.get_by_label("Actions for Für Kinder").click()
        page.locator(".line").get_by_role("button", name="Delete…").click()
        page.locator("#track-delete-dialog").get_by_role("button", name=answer).click()
        expect(page.locator(".line")).to_have_count(left)
    for window in (page, second_window):
        expect(window.locator(".line")).to_have_count(0)


def test_wrong_lines_are_named_and_a_dropped_file_opens_the_form(
    author: Person, open_cut_off: Open, film: str
) -> None:
    # Not with `open_page`, since browsers log an error for each refusal.
    page = open_cut_off(author)
    page.goto(f"/watch/{film}/")
    drop = """(text) => {
      const carried = new DataTransfer();
      carried.items.add(new File([text], "film_en.srt"));
      const event = new DragEvent("drop", { dataTransfer: carried, bubbles: true });
      document.querySelector("video-tracks").dispatchEvent(event);
    }"""
    page.evaluate(drop, BROKEN.decode())
    dialog = page.locator("#track-dialog")
    expect(dialog.get_by_label("Language")).to_have_value("English (en)")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Line 6: The cue ends before it starts.")
    dialog.get_by_label("A link").check()
    dialog.get_by_label("Link to the file").fill("http://127.0.0.1/x.vtt")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).not_to_contain_text("Line 6")
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    dialog.get_by_label("I write it here").check()
    expect(dialog.get_by_label("Link to the file")).to_be_hidden()
    dialog.get_by_role("button", name="Add").click()
    page.wait_for_url("**/tracks/*/edit/")


def test_audio_is_added_and_renamed(
    author: Person, open_page: Open, film: str, tmp_path: Path
) -> None:
    sound = tmp_path / "comment.fr.flac"
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=2", str(sound)]
    subprocess.run(argv, check=True)
    page = open_page(author)
    page.goto(f"/watch/{film}/")
    page.get_by_role("button", name="Add", exact=True).click()
    dialog = page.locator("#track-dialog")
    given: Any = {"name": sound.name, "mimeType": "audio/flac", "buffer": sound.read_bytes()}
    dialog.get_by_label("File", exact=True).set_input_files(given)
    expect(dialog.get_by_label("Kind")).to_have_value("audio")
    expect(dialog.get_by_label("I write it here")).to_be_hidden()
    dialog.get_by_label("Second of the video").fill("0,5")
    dialog.get_by_role("button", name="Add").click()
    line = page.locator(".line", has_text="Français")
    expect(line).to_contain_text("Audio")
    expect(line.locator(".status")).to_have_count(0, timeout=PATIENCE_MS)
    page.get_by_label("Actions for Français").click()
    page.get_by_role("button", name="Name and language…").click()
    dialog.get_by_label("Name in the menu").fill("Commentaire")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".line", has_text="Commentaire")).to_be_visible()
    told = author.ask("GET", f"/api/v1/videos/{film}/tracks/").json()["results"]
    assert [one["offset"] for one in told if one["kind"] == "audio"] == [0.5]
    page.get_by_label("Actions for Commentaire").click()
    line = page.locator(".line", has_text="Commentaire")
    line.get_by_role("button", name="Delete…").click()
    page.locator("#track-delete-dialog").get_by_role("button", name="Delete").click()
    expect(line).to_have_count(0)
