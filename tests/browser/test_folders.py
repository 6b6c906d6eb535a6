"""Folders and tags in a browser: made, named, moved, deleted and clicked, with the keyboard too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import scenes
from tests.browser.people import Person
from tests.browser.test_accessibility import _RUN, AXE, LOOKS, SERIOUS

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]


@pytest.fixture
def video(person: Person, short_clip: Path) -> str:
    video = person.upload(short_clip)
    person.wait_until_over(video)
    return video


def make(person: Person, name: str, parent: str | None = None) -> str:
    answer = person.ask("POST", "/api/v1/folders/", json={"name": name, "parent": parent})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_a_folder_is_made_filled_renamed_and_deleted_with_the_keyboard(
    person: Person, open_page: Open, video: str
) -> None:
    page = open_page(person)
    page.get_by_role("button", name="New folder").press("Enter")
    page.keyboard.type("Trips")
    page.keyboard.press("Enter")
    folder = page.get_by_role("listitem").filter(has_text="Trips")
    expect(folder).to_contain_text("0 videos")

    page.get_by_role("button", name="Select").press("Enter")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Move…").press("Enter")
    page.get_by_label("Folder", exact=True).select_option("Trips")
    page.get_by_role("dialog").get_by_role("button", name="Move").press("Enter")
    expect(page.get_by_text("1 video was moved.")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_text("Your library is empty")).to_be_hidden()

    page.reload()
    expect(folder).to_contain_text("1 video")
    page.get_by_label("Actions for the folder Trips").press("Enter")
    page.get_by_role("button", name="Rename…").press("Enter")
    page.keyboard.type("Journeys")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Journeys").click()
    expect(page.get_by_role("heading", name="Journeys")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)

    page.get_by_role("navigation", name="Folders above").get_by_role("link").click()
    page.get_by_label("Actions for the folder Journeys").press("Enter")
    page.get_by_role("button", name="Delete…").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_role("article")).to_have_count(1)
    assert person.ask("GET", "/api/v1/folders/").json()["results"] == []


def test_a_folder_is_not_offered_to_itself_and_a_dialog_can_be_left(
    person: Person, open_page: Open, video: str
) -> None:
    make(person, "Inner", make(person, "Outer"))
    page = open_page(person)
    page.get_by_role("button", name="New folder").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Actions for the folder Outer").click()
    page.get_by_role("button", name="Move…").first.click()
    options = page.get_by_label("Folder", exact=True).locator("option")
    expect(options).to_have_text(["Library"])
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_tag_is_given_on_the_watch_page_and_finds_its_videos(
    person: Person, open_page: Open, video: str, short_clip: Path
) -> None:
    person.wait_until_over(person.upload(short_clip))
    page = open_page(person)
    page.goto(f"/watch/{video}/")
    page.get_by_label("Tags").fill(" sea,winter, sea ,")
    page.get_by_label("Tags").press("Enter")
    expect(page.get_by_text("Saved")).to_be_visible()
    expect(page.get_by_label("Tags")).to_have_value("sea, winter")
    assert person.ask("GET", f"/api/v1/videos/{video}/").json()["tags"] == ["sea", "winter"]
    page.goto("/")
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("link", name="winter").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="Show all").click()
    expect(page.get_by_role("article")).to_have_count(2)


def test_folders_and_tags_keep_nobody_out(
    person: Person, chromium: Browser, video: str, tmp_path: Path
) -> None:
    outer = make(person, "A folder with quite a long name, which nobody would want to read twice")
    inner = make(person, "Inner", outer)
    make(person, "Innermost", inner)
    edit = {"tags": ["sea", "a longer tag with words", "x", "y", "z"], "folder": inner}
    assert person.ask("PATCH", f"/api/v1/videos/{video}/", json=edit).status_code == 200
    found: dict[str, object] = {}
    for look, options in LOOKS.items():
        here = {"base_url": person.site.url, "reduced_motion": "reduce"}
        context = scenes.logged_in(chromium, person, **options | here)
        page = context.new_page()
        for name in _views(page, inner, video):
            page.screenshot(path=tmp_path / f"{name}-{look}.png")
            page.evaluate(AXE.read_text())
            if wrong := [one for one in page.evaluate(_RUN) if one["impact"] in SERIOUS]:
                found[f"{name}-{look}"] = wrong
        context.close()
    assert not found, found


def _views(page: Page, folder: str, video: str) -> Iterator[str]:
    """Show what has folders and tags, one after another; yield what it is called."""
    page.goto("/")
    yield "top"
    page.goto(f"/?folder={folder}")
    yield "folder"
    page.get_by_label("Actions for the folder Innermost").click()
    page.get_by_role("button", name="Move…").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "dialog"
    page.goto("/?tag=sea")
    yield "tag"
    page.goto(f"/watch/{video}/")
    yield "watch"


def test_what_is_uploaded_in_a_folder_lies_there(
    person: Person, open_page: Open, short_clip: Path, tmp_path: Path
) -> None:
    trips = make(person, "Trips")
    alps = make(person, "Alps", trips)
    page = open_page(person)
    page.goto(f"/?folder={trips}")
    page.get_by_role("link", name="Upload", exact=True).click()
    expect(page.get_by_label("Folder for new videos")).to_have_value(trips)
    large = tmp_path / "large.mp4"
    size = 9 * 1024**2  # it goes by tus
    box = size.to_bytes(4, "big") + b"free" + bytes(size - 8)
    large.write_bytes(short_clip.read_bytes() + box)
    page.get_by_label("Choose files").set_input_files([short_clip, large])
    rows = page.locator("video-uploader .rows").get_by_role("listitem")
    expect(rows.get_by_text("Ready", exact=True)).to_have_count(2, timeout=90_000)
    assert _places(person) == {"short bars": trips, "large": trips}
    large_row = rows.filter(has_text="large.mp4")
    large_row.get_by_label("Folder").select_option("Trips / Alps")
    expect(large_row.get_by_text("Saved")).to_be_visible()
    assert _places(person) == {"short bars": trips, "large": alps}
    large_row.get_by_label("Folder").select_option("Library")
    expect(large_row.get_by_text("Saved")).to_be_visible()
    page.goto(f"/?folder={alps}")
    dropped = page.evaluate_handle(
        """(bytes) => {
          const held = new DataTransfer();
          held.items.add(new File([new Uint8Array(bytes)], "dropped.mp4"));
          return held;
        }""",
        list(short_clip.read_bytes()),
    )
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    expect(page.get_by_role("article").filter(has_text="dropped")).to_be_visible(timeout=60_000)
    assert _places(person) == {"short bars": trips, "large": None, "dropped": alps}


def test_a_link_is_fetched_into_the_folder(person: Person, open_page: Open) -> None:
    trips = make(person, "Trips")
    page = open_page(person)
    page.goto("/upload/")
    page.get_by_label("Folder for new videos").select_option("Trips")
    page.get_by_label("Or from a link").fill("https://example.org/film.mp4")
    page.get_by_role("button", name="Fetch it").click()
    row = page.locator("video-uploader .rows").get_by_role("listitem")
    expect(row.get_by_label("Folder")).to_have_value(trips)
    assert set(_places(person).values()) == {trips}


def _places(person: Person) -> dict[str, str | None]:
    videos = person.ask("GET", "/api/v1/videos/").json()["results"]
    return {video["title"]: video["folder"] for video in videos}
