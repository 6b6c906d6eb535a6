"""The editor of cues and chapters, one capability after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.editing import add_track, open_editor, saved, state, stored, text, texts
from tests.browser.people import Person, sign_up
from tests.browser.playing import media, start
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]
CUES = [(0.0, 0.5, "One"), (0.5, 1.0, "Two words"), (1.2, 1.9, "Three")]


@pytest.fixture(scope="module")
def author(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "cue-editor@example.com")


@pytest.fixture(scope="module")
def film(author: Person, short_clip: Path) -> str:
    video = author.upload(short_clip)
    assert author.wait_until_over(video)["status"] == "ready"
    return video


@pytest.fixture
def track(author: Person, film: str) -> str:
    return add_track(author, film, CUES)


def test_text_is_mended_and_saved_by_itself_and_undone(
    author: Person, open_page: Open, film: str, track: str
) -> None:
    page = open_page(author)
    open_editor(page, film, track)
    text(page, 1).fill("Uno & <i>due</i>")
    expect(state(page)).to_have_text("Not saved yet")
    saved(page)
    assert texts(author, film, track)[0] == "Uno &amp; <i>due</i>"
    page.keyboard.press("Control+z")
    expect(text(page, 1)).to_have_value("One")
    saved(page)
    assert texts(author, film, track)[0] == "One"
    page.keyboard.press("Control+Shift+z")
    expect(text(page, 1)).to_have_value("Uno & <i>due</i>")
    text(page, 2).select_text()
    page.keyboard.press("Control+b")
    expect(text(page, 2)).to_have_value("<b>Two words</b>")
    saved(page)
    page.reload()
    expect(text(page, 1)).to_have_value("Uno & <i>due</i>")


def test_times_are_typed_nudged_and_set_to_now(
    author: Person, open_page: Open, film: str, track: str
) -> None:
    page = open_page(author)
    open_editor(page, film, track)
    text(page, 3).click()
    page.get_by_label("Start", exact=True).fill("0:01,25")
    page.get_by_label("End", exact=True).press("Tab")
    page.get_by_label("End 0.1 s later").click()
    saved(page)
    assert stored(author, film, track)[2] == (1.25, 2.0, "Three")
    page.get_by_label("End", exact=True).fill("nonsense")
    page.get_by_label("End", exact=True).press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Write a time")).to_be_visible()
    page.get_by_label("Go to 0:00.500 0:01.000, cue 2").click()
    wait_until(lambda: 0.5 <= media(page).evaluate("media => media.currentTime") < 0.6, "jumped")
    text(page, 1).click()
    page.keyboard.press("Alt+e")
    saved(page)
    assert 0.5 <= stored(author, film, track)[0][1] < 0.6


def test_cues_are_inserted_split_joined_and_deleted(
    author: Person, open_page: Open, film: str, track: str
) -> None:
    page = open_page(author)
    open_editor(page, film, track)
    text(page, 2).click()
    text(page, 2).evaluate("field => field.setSelectionRange(3, 3)")
    text(page, 2).press("Control+Enter")
    expect(text(page, 3)).to_have_value("words")
    text(page, 3).click()
    page.get_by_role("button", name="Join with next").click()
    expect(text(page, 3)).to_have_value("words\nThree")
    page.get_by_role("button", name="Insert").click()
    expect(state(page)).to_contain_text("Saved but for cue 4: It has no text.")
    assert texts(author, film, track) == ["One", "Two", "words\nThree"]
    page.keyboard.type("End")
    saved(page)
    text(page, 1).click()
    page.keyboard.press("Alt+Delete")
    expect(text(page, 1)).to_be_focused()
    saved(page)
    assert texts(author, film, track) == ["Two", "words\nThree", "End"]
    for _ in range(5):
        page.get_by_role("button", name="Undo").click()
    expect(text(page, 2)).to_have_value("Two words")
    saved(page)
    assert stored(author, film, track) == CUES


def test_all_are_shifted_or_only_the_rest(
    author: Person, open_page: Open, film: str, track: str
) -> None:
    page = open_page(author)
    open_editor(page, film, track)
    page.get_by_role("button", name="Shift…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Seconds").fill("-0.2")
    dialog.get_by_role("button", name="Shift").click()
    expect(dialog.get_by_role("alert")).to_contain_text("would begin before the video")
    dialog.get_by_label("Seconds").fill("0.25")
    dialog.get_by_role("button", name="Shift").click()
    text(page, 3).click()
    page.get_by_role("button", name="Shift…").click()
    dialog.get_by_label("Only from the chosen one on").check()
    dialog.get_by_label("Seconds").fill("1")
    dialog.get_by_role("button", name="Shift").click()
    saved(page)
    assert [start for start, _, _ in stored(author, film, track)] == [0.25, 0.75, 2.45]


def test_words_are_found_and_replaced(
    author: Person, open_page: Open, film: str, track: str
) -> None:
    page = open_page(author)
    open_editor(page, film, track)
    page.keyboard.press("Control+f")
    page.keyboard.type("t")
    find = page.get_by_role("search")
    expect(find.get_by_role("status")).to_have_text("Found in 2 places.")
    page.keyboard.press("Enter")
    expect(page.locator(".editor-row[aria-current]")).to_contain_text("0:00.500")
    find.get_by_label("Match case").check()
    expect(find.get_by_role("status")).to_have_text("Not found.")
    find.get_by_label("Find", exact=True).fill("T")
    find.get_by_label("Replace with").fill("$&W")
    find.get_by_role("button", name="Replace all").click()
    saved(page)
    assert texts(author, film, track) == ["One", "$&amp;Wwo words", "$&amp;Whree"]


def test_the_cue_that_is_shown_is_marked_and_problems_are_named(
    author: Person, open_page: Open, film: str
) -> None:
    many = [(n / 100, n / 100 + 0.02, f"Cue number {n}") for n in range(1, 190)]
    track = add_track(author, film, many)
    page = open_page(author)
    open_editor(page, film, track)
    expect(text(page, 1)).to_be_visible()
    expect(page.locator(".editor-row").first).to_contain_text("Overlaps the next.")
    start(page)
    wait_until(lambda: bool(media(page).evaluate("media => media.currentTime > 1")), "plays")
    media(page).evaluate("media => media.pause()")
    expect(page.locator(".editor-row[data-now]").first).to_be_in_viewport()
    expect(page.locator(".editor-shown")).to_contain_text("Cue number")


def test_chapters_are_lines_that_follow_each_other(
    author: Person, open_page: Open, film: str
) -> None:
    track = add_track(author, film, [], kind="chapters")
    page = open_page(author)
    page.goto(f"/watch/{film}/tracks/{track}/edit/")
    page.get_by_role("button", name="Write the first chapter").click()
    page.keyboard.type("Intro")
    page.get_by_role("button", name="Insert").click()
    page.keyboard.type("The rest")
    expect(page.get_by_label("Start of chapter 2")).to_have_value("0:01.000")
    page.get_by_label("Start of chapter 2").fill("0:01.5")
    page.get_by_label("Start of chapter 2").press("Enter")
    saved(page)
    first, second = stored(author, film, track)
    assert first == (0.0, 1.5, "Intro")
    assert (second[0], second[2]) == (1.5, "The rest")
    assert second[1] == pytest.approx(2, abs=0.1)


def test_the_keys_are_listed(author: Person, open_page: Open, film: str, track: str) -> None:
    page = open_page(author)
    open_editor(page, film, track)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of the editor")).to_contain_text("Join it with")


def test_typing_in_thousands_of_cues_stays_quick(
    author: Person, open_page: Open, film: str
) -> None:
    many = [(n / 10, n / 10 + 0.09, f"Cue number {n}") for n in range(5000)]
    track = add_track(author, film, many)
    page = open_page(author)
    open_editor(page, film, track)
    page.get_by_label("Text of cue 1", exact=True).click()
    page.locator(".editor-list").evaluate("list => (list.scrollTop = list.scrollHeight / 2)")
    expect(page.get_by_label("Text of cue 2500", exact=True)).to_be_visible()
    assert page.locator(".editor-row").count() < 60
    took = page.get_by_label("Text of cue 2500", exact=True).evaluate(
        """field => {
          const times = [];
          for (const letter of "twenty letters in all") {
            field.value += letter;
            const began = performance.now();
            field.dispatchEvent(new InputEvent("input", { bubbles: true }));
            times.push(performance.now() - began);
          }
          return times.sort((one, other) => one - other)[Math.floor(times.length / 2)];
        }"""
    )
    assert took < 50
    saved(page)
    assert texts(author, film, track)[2499].endswith("twenty letters in all")
