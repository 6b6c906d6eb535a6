"""A user uploads a video, watches it being processed, and plays it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Person
from tests.browser.playing import plays
from tests.servers.app import Vodloom
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone]

SECONDS = 90
Open = Callable[[Person], Page]


def test_a_video_is_uploaded_prepared_and_played_without_a_reload(
    person: Person, open_page: Open, clip_with_audio: Path
) -> None:
    page, second_window = open_page(person), open_page(person)
    page.get_by_role("link", name="Upload", exact=True).click()
    for window in (page, second_window):
        note_progress(window)
    page.get_by_label("Choose files").set_input_files(clip_with_audio)

    row = page.get_by_role("listitem").filter(has_text="moving bars")
    card = second_window.get_by_role("article").filter(has_text="moving bars")
    expect(card.get_by_text("Preparing the video")).to_be_visible()
    expect(row.get_by_text("Ready")).to_be_visible(timeout=SECONDS * 1000)
    expect(card.get_by_text("Ready")).to_be_visible()
    expect(row.locator("img")).to_be_visible()
    for window in (page, second_window):
        progress_moved(window)

    row.get_by_role("link", name="Watch").click()
    plays(page)


def test_the_watch_page_becomes_playable_by_itself(
    person: Person, open_page: Open, clip_with_audio: Path
) -> None:
    page = open_page(person)
    video = person.upload(clip_with_audio)
    page.goto(f"/watch/{video}/")
    note_progress(page)
    expect(page.get_by_text("This video is on its way")).to_be_visible()
    expect(page.locator("vod-player")).to_be_visible(timeout=SECONDS * 1000)
    progress_moved(page)
    plays(page)


def test_an_owner_edits_processes_again_and_deletes(
    person: Person, site: Vodloom, open_page: Open, short_clip: Path
) -> None:
    page = open_page(person)
    video = person.upload(short_clip)
    person.wait_until_over(video)
    page.goto(f"/watch/{video}/")

    page.get_by_label("Title").fill("Bars that move")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_text("Saved")).to_be_visible()
    page.get_by_label("Who can watch").select_option("public")
    wait_until(lambda: about(person, video) == ("Bars that move", "public"), "both are saved")

    site.processes["encode"].stop()  # otherwise the processing may end before the click
    try:
        more(page).click()
        page.get_by_role("button", name="Process again").click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        more(page).click()
        page.get_by_role("button", name="Cancel processing").click()
        expect(page.get_by_role("progressbar")).to_be_hidden()
    finally:
        site.start("encode")
    expect(page.locator("vod-player")).to_be_visible()

    more(page).click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Keep it").click()
    more(page).click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Your library is empty")).to_be_visible()


def test_a_file_that_is_no_video_says_why_and_what_to_do(
    person: Person, open_page: Open, no_video: Path
) -> None:
    page = open_page(person)
    page.goto("/upload/")
    page.get_by_label("Choose files").set_input_files(no_video)
    row = page.get_by_role("listitem").filter(has_text="holiday")
    expect(
        row.get_by_text("The file is not a video or audio file that can be read.")
    ).to_be_visible()

    row.get_by_role("link", name="What to do").click()
    expect(page.get_by_role("heading", name="not a video")).to_be_visible()
    expect(page.get_by_text("Export it again as MP4")).to_be_visible()
    page.locator("details.code summary").click()
    expect(page.get_by_text("source_not_video")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    wait_until(lambda: runs_again(person, page), "it is tried again")


def test_a_processing_video_is_canceled_on_its_page(
    person: Person, open_page: Open, clip_with_audio: Path
) -> None:
    page = open_page(person)
    page.goto(f"/watch/{person.upload(clip_with_audio)}/")
    page.get_by_role("main").get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Processing was canceled")).to_be_visible()
    expect(page.get_by_role("button", name="Process it now")).to_be_visible()


def test_the_appearance_is_remembered(person: Person, open_page: Open) -> None:
    page = open_page(person)
    switch = page.get_by_role("button", name="Dark appearance")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    switch.click()
    dark = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == dark
    expect(switch).to_have_attribute("aria-pressed", "true")


_NOTE_PROGRESS = """() => {
  window.progressSeen = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const isWork = target.closest('live-progress, [data-state="processing"]');
      if (isWork && target.value > 0 && target.value < 100) window.progressSeen.push(target.value);
    }
  }).observe(document, { subtree: true, attributeFilter: ["value"] });
}"""


def note_progress(page: Page) -> None:
    """Record the values of the processing bars from now on; a reload would lose them."""
    page.evaluate(_NOTE_PROGRESS)


def progress_moved(page: Page) -> None:
    """Check that the bars of this page took several ascending values, without a reload."""
    wait_until(lambda: len(set(page.evaluate("window.progressSeen"))) > 1, "progress moved", 60)
    seen = page.evaluate("window.progressSeen")
    assert seen == sorted(seen)


def more(page: Page) -> Locator:
    return page.locator("summary[aria-label='More actions']")


def about(person: Person, video: str) -> tuple[str, str]:
    now = person.ask("GET", f"/api/v1/videos/{video}/").json()
    return now["title"], now["visibility"]


def runs_again(person: Person, page: Page) -> bool:
    video = page.url.rstrip("/").rpartition("/")[2]
    return bool(person.ask("GET", f"/api/v1/videos/{video}/").json()["job"]["kind"] == "reprocess")
