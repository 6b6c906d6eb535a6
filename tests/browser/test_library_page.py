"""The library in a browser: dropped files, menus, the trash and undo, other windows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]

_DROP = """(text) => {
  const files = new DataTransfer();
  files.items.add(new File([text], "dropped.mp4", { type: "video/mp4" }));
  for (const name of ["dragover", "drop"]) {
    const event = new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    if (!event.defaultPrevented) throw new Error(`the browser would open what is dropped: ${name}`);
  }
}"""


@pytest.fixture
def video(person: Person, short_clip: Path) -> str:
    video = person.upload(short_clip)
    person.wait_until_over(video)
    return video


def test_a_file_dropped_on_the_library_is_taken(person: Person, open_page: Open) -> None:
    page = open_page(person)
    page.evaluate(_DROP, "This is a text.")
    expect(page.get_by_text("This is a text file. Choose a video")).to_be_visible()
    assert person.ask("GET", "/api/v1/videos/").json()["results"] == []


def test_what_is_dropped_becomes_a_card_and_brings_tabs_and_search(
    person: Person, open_page: Open
) -> None:
    page = open_page(person)
    expect(page.get_by_role("search")).to_have_count(0)
    page.evaluate(_DROP, "\x00 no film, but no text either")
    card = page.get_by_role("article").filter(has_text="dropped")
    expect(card.get_by_text("Failed")).to_be_visible(timeout=60_000)
    expect(card.get_by_text("not a video or audio file")).to_be_visible()
    expect(page.locator(".row")).to_have_count(0)
    expect(page.get_by_role("search")).to_be_visible()
    expect(page.get_by_role("link", name="Failed 1")).to_be_visible()


def test_a_video_is_deleted_by_its_card_and_comes_back(
    person: Person, open_page: Open, video: str
) -> None:
    page, second_window = open_page(person), open_page(person)
    delete(page, "short bars")
    for window in (page, second_window):
        expect(window.get_by_text("Your library is empty")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    for window in (page, second_window):
        expect(window.get_by_role("article")).to_have_count(1)


def test_it_is_restored_from_the_trash_or_gone_for_good(
    person: Person, open_page: Open, video: str
) -> None:
    page = open_page(person)
    delete(page, "short bars")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.get_by_role("link", name="Trash").first.click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("“short bars” is back in the library.")).to_be_visible()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert person.ask("DELETE", f"/api/v1/videos/{video}/").status_code == 204
    page.reload()
    page.locator("summary", has_text="Delete…").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("“short bars” is deleted for good.")).to_be_visible()
    assert person.ask("POST", f"/api/v1/videos/{video}/restore/").status_code == 404


def test_several_are_chosen_and_deleted_together(
    person: Person, open_page: Open, short_clip: Path
) -> None:
    for _ in range(3):
        person.wait_until_over(person.upload(short_clip))
    page = open_page(person)
    page.get_by_role("button", name="Select").click()
    boxes = page.get_by_role("checkbox", name="Choose short bars")
    boxes.nth(0).check()
    boxes.nth(2).check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.locator("#pick-bar").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_text("2 videos are in the trash.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("article")).to_have_count(3)


def test_an_upright_poster_is_shown_whole(person: Person, open_page: Open, tmp_path: Path) -> None:
    from tests.browser.conftest import draw

    person.wait_until_over(person.upload(draw(tmp_path / "upright.mp4", "360x640", seconds=1)))
    page = open_page(person)
    frame = page.locator(".card img")
    frame.wait_for()
    inside = frame.evaluate(
        "(image) => [image.getBoundingClientRect(), image.parentElement.getBoundingClientRect()]"
        ".map(({ width, height }) => [Math.round(width), Math.round(height)])"
    )
    assert inside[0] == inside[1]
    assert frame.evaluate("(image) => getComputedStyle(image).objectFit") == "contain"


def test_a_new_title_is_in_every_window_at_once(
    person: Person, open_page: Open, video: str
) -> None:
    page = open_page(person)
    expect(page.get_by_role("article")).to_contain_text("short bars")
    answer = person.ask("PATCH", f"/api/v1/videos/{video}/", json={"title": "Cups and balls"})
    assert answer.status_code == 200
    expect(page.get_by_role("article")).to_contain_text("Cups and balls")


def test_a_server_that_begins_anew_has_lost_no_video(
    person: Person, open_cut_off: Open, video: str
) -> None:
    page, cards = open_cut_off(person), "**/library/cards/**"
    page.route(cards, lambda route: route.fulfill(status=502, body="Bad gateway"))
    with page.expect_response(cards):
        person.ask("PATCH", f"/api/v1/videos/{video}/", json={"title": "Cups and balls"})
    page.unroute(cards)
    expect(page.get_by_role("article")).to_contain_text("short bars", timeout=1000)
    expect(page.get_by_role("article")).to_contain_text("Cups and balls")
    page.goto(f"/watch/{video}/")
    page.route("**/watch/**", lambda route: route.fulfill(status=503, body="Begins anew"))
    with page.expect_response("**/watch/**"):
        person.ask("PATCH", f"/api/v1/videos/{video}/", json={"title": "Short bars"})
    page.unroute("**/watch/**")
    expect(page.get_by_label("Title")).to_have_value("Short bars")
    assert page.url.endswith(f"/watch/{video}/")


def test_a_lost_line_is_said_and_what_was_missed_is_made_up_for(
    person: Person, open_cut_off: Open, video: str
) -> None:
    page = open_cut_off(person)
    page.context.set_offline(True)
    expect(page.get_by_text("No connection to the server")).to_be_visible(timeout=15_000)
    assert person.ask("DELETE", f"/api/v1/videos/{video}/").status_code == 204
    page.context.set_offline(False)
    expect(page.get_by_text("No connection to the server")).to_be_hidden(timeout=30_000)
    expect(page.get_by_text("Your library is empty")).to_be_visible()


def test_logging_out_in_one_window_closes_the_others_within_seconds(
    person: Person, open_page: Open, video: str
) -> None:
    page = open_page(person)
    other = page.context.new_page()
    other.goto("/")
    page.locator("summary.account").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(other.get_by_role("heading", name="Log in")).to_be_visible(timeout=10_000)
    assert "next=/" in other.url or other.url.endswith("/accounts/login/")


def delete(page: Page, title: str) -> None:
    card = page.get_by_role("article").filter(has_text=title)
    card.locator("summary").click()
    card.get_by_role("button", name="Delete").click()
