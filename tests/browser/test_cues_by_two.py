"""The text of a track while two edit it, without a connection, and after the tab was closed:
nothing that somebody wrote is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.editing import add_track, open_editor, saved, state, text, texts
from tests.browser.people import Person, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]
CUES = [(0.0, 0.5, "One"), (0.5, 1.0, "Two"), (1.0, 1.5, "Three")]


@pytest.fixture(scope="module")
def author(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "cues-by-two@example.com")


@pytest.fixture(scope="module")
def film(author: Person, short_clip: Path) -> str:
    video = author.upload(short_clip)
    assert author.wait_until_over(video)["status"] == "ready"
    return video


@pytest.fixture
def track(author: Person, film: str) -> str:
    return add_track(author, film, CUES)


def test_changes_at_the_same_time_that_do_not_touch_are_merged_by_themselves(
    author: Person, open_cut_off: Open, film: str, track: str
) -> None:
    here, there = open_cut_off(author), open_cut_off(author)
    for page in (here, there):
        open_editor(page, film, track)
    hold(here)
    text(here, 1).fill("One here")
    text(there, 2).click()
    there.get_by_role("button", name="Delete").click()
    saved(there)
    let_go(here)
    saved(here)
    assert texts(author, film, track) == ["One here", "Three"]


def hold(page: Page) -> None:
    """Keep the page from saving and from reading what others save."""
    page.context.set_offline(True)


def let_go(page: Page) -> None:
    page.context.set_offline(False)


def test_two_editors_see_each_others_changes(
    author: Person, open_page: Open, film: str, track: str
) -> None:
    here, there = open_page(author), open_page(author)
    for page in (here, there):
        open_editor(page, film, track)
    text(here, 1).fill("One here")
    expect(text(there, 1)).to_have_value("One here")
    text(there, 3).fill("Three there")
    expect(text(here, 3)).to_have_value("Three there")
    for page in (here, there):
        saved(page)
    assert texts(author, film, track) == ["One here", "Two", "Three there"]


def test_what_both_changed_is_shown_side_by_side_and_decided(
    author: Person, open_cut_off: Open, film: str, track: str
) -> None:
    # Not with `open_page`, since browsers log an error for each refusal.
    here, there = open_cut_off(author), open_cut_off(author)
    for page in (here, there):
        open_editor(page, film, track)
    hold(here)
    for number in (1, 2, 3):
        text(here, number).fill(f"{number} here")
    for number in (1, 2, 3):
        text(there, number).fill(f"{number} there")
    saved(there)
    let_go(here)
    expect(state(here)).to_have_attribute("data-state", "undecided")
    panel = here.get_by_role("region", name="3 cues were changed by somebody else as well")
    for words in ("1 here", "1 there", "3 here", "3 there"):
        expect(panel).to_contain_text(words)
    panel.get_by_role("button", name="Keep mine").first.click()
    panel = here.locator(".conflicts")
    panel.get_by_role("button", name="Take theirs").first.click()
    panel.get_by_role("button", name="Keep both").click()
    expect(panel).to_be_hidden()
    saved(here)
    kept = ["1 here", "2 there", "3 here", "3 there"]
    assert sorted(texts(author, film, track)) == sorted(kept)
    expect(text(there, 1)).to_have_value("1 here")


def test_what_was_written_offline_is_saved_when_the_line_is_back(
    author: Person, open_cut_off: Open, film: str, track: str
) -> None:
    page = open_cut_off(author)
    open_editor(page, film, track)
    hold(page)
    text(page, 2).fill("Written on a train")
    expect(state(page)).to_contain_text("Not saved: The server cannot be reached.")
    text(page, 3).fill("And this")
    let_go(page)
    saved(page)
    assert texts(author, film, track) == ["One", "Written on a train", "And this"]


def test_a_closed_tab_offers_what_it_had_not_saved(
    author: Person, open_cut_off: Open, film: str, track: str
) -> None:
    page = open_cut_off(author)
    open_editor(page, film, track)
    page.route("**/cues/", lambda route: route.abort())
    text(page, 1).fill("Never sent")
    expect(state(page)).to_contain_text("Not saved")
    page.close()
    other = page.context.new_page()
    author.ask(
        "PUT",
        f"/api/v1/videos/{film}/tracks/{track}/cues/",
        json={
            "cues": [{"start": 0, "end": 0.5, "text": "One"}, {"start": 1, "end": 2, "text": "X"}]
        },
    )
    open_editor(other, film, track)
    other.get_by_role("button", name="Restore").click()
    expect(text(other, 1)).to_have_value("Never sent")
    saved(other)
    assert texts(author, film, track) == ["Never sent", "X"]
    other.reload()
    saved(other)
    expect(other.get_by_role("button", name="Restore")).to_have_count(0)


def test_leaving_with_something_unsaved_asks_first(
    author: Person, open_cut_off: Open, film: str, track: str
) -> None:
    page = open_cut_off(author)
    open_editor(page, film, track)
    page.route("**/cues/", lambda route: route.abort())
    asked = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    text(page, 1).click()
    page.keyboard.type("!")
    page.get_by_role("navigation", name="The video").get_by_role("link").click()
    page.wait_for_url(f"**/watch/{film}/")
    assert asked == ["beforeunload"]


def test_a_deleted_track_leaves_the_text_in_the_page(
    author: Person, open_cut_off: Open, film: str, track: str
) -> None:
    page = open_cut_off(author)
    open_editor(page, film, track)
    text(page, 1).fill("Still here")
    assert author.ask("DELETE", f"/api/v1/videos/{film}/tracks/{track}/").status_code == 204
    expect(state(page)).to_contain_text("This track was deleted.")
    with page.expect_download() as copy:
        page.get_by_role("button", name="Download it").click()
    assert "Still here" in Path(copy.value.path()).read_text()
