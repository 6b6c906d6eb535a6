"""Large files on the upload page: they go on after a lost line, a pause and a reload."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import draw
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]
_MIB = 1024**2

# A drop as the browser gives it: a folder with a hidden file and a folder in it, beside a file.
_DROPPED = """async () => {
  const script = document.querySelector('script[src*="uploader"]').src;
  const { droppedFiles } = await import(script.replace(/uploader[^/]*$/, "dropped-files.js"));
  const file = (name) => {
    return { isFile: true, name, file: (done) => done(new File([name], name)) };
  };
  const folder = (name, inner) => {
    const left = [inner.slice(0, 1), inner.slice(1), []];
    const readEntries = (done) => done(left.shift());
    return { isDirectory: true, name, createReader: () => ({ readEntries }) };
  };
  const inner = folder("two", [file("b.mp4")]);
  const dropped = [folder("trip", [file("a.mp4"), file(".DS_Store"), inner]), file("c.mp4")];
  const items = dropped.map((one) => ({ webkitGetAsEntry: () => one }));
  return (await droppedFiles({ items, files: [] })).map(({ name }) => name);
}"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film of 24 MiB, which goes by tus."""
    path = tmp_path / "A_walk.mp4"
    draw(path, "640x360", seconds=4)
    with path.open("ab") as file:  # a box that readers ignore
        size = 24 * _MIB
        file.write(size.to_bytes(4, "big") + b"free" + bytes(size - 8))
    return path


def row_of(page: Page, name: str = "A_walk.mp4") -> Any:
    return page.locator("video-uploader .rows").get_by_role("listitem").filter(has_text=name)


def slow_down(page: Page, bytes_a_second: int) -> Any:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    _speed(session, bytes_a_second)
    return session


def _speed(session: Any, bytes_a_second: int) -> None:
    told = {"offline": False, "latency": 0, "downloadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {**told, "uploadThroughput": bytes_a_second})


def hash_of(person: Person) -> str:
    [video] = person.ask("GET", "/api/v1/videos/").json()["results"]
    return str(video["source"]["sha256"])


def percent_of(page: Page) -> int:
    words = row_of(page).locator('[data-part="percent"]').text_content() or ""
    found = re.search(r"\d+", words)
    return int(found[0]) if found else 0


def test_a_reload_in_the_middle_goes_on_with_the_same_file(
    person: Person, open_page: Open, film: Path
) -> None:
    page = open_page(person)
    page.goto("/upload/")
    session = slow_down(page, 4 * _MIB)
    page.get_by_label("Choose files").set_input_files(film)
    expect(row_of(page).get_by_text("to upload")).to_be_visible()
    expect(row_of(page).locator('[data-part="percent"]')).to_have_text(
        re.compile(r"(1[0-9]|[6-9]) %"), timeout=30_000
    )
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    told = page.get_by_text(re.compile(r"Choose A_walk.mp4 \(.* MB\) again to go on at \d+ %"))
    expect(told).to_be_visible()
    creations: list[str] = []
    page.on(
        "request",
        lambda request: (
            creations.append(request.url)
            if request.method == "POST" and "/api/v1/tus" in request.url
            else None
        ),
    )
    _speed(session, -1)
    page.get_by_label("Choose files").set_input_files(film)
    expect(row_of(page).get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
    assert creations == [], "the upload began anew"
    assert hash_of(person) == hashlib.sha256(film.read_bytes()).hexdigest()
    page.reload()
    expect(page.get_by_text("again to go on")).to_have_count(0)


def test_a_lost_line_mends_by_itself(person: Person, open_cut_off: Open, film: Path) -> None:
    page = open_cut_off(person)
    page.goto("/upload/")
    cuts: list[Route] = []

    def cut_twice(route: Route) -> None:
        if route.request.method == "PATCH" and len(cuts) < 2:
            cuts.append(route)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/tus/**", cut_twice)
    page.get_by_label("Choose files").set_input_files(film)
    expect(row_of(page).get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
    assert len(cuts) == 2
    assert hash_of(person) == hashlib.sha256(film.read_bytes()).hexdigest()


def test_a_line_that_breaks_after_the_last_byte_is_waited_for(
    person: Person, open_cut_off: Open, film: Path
) -> None:
    page = open_cut_off(person)
    page.goto("/upload/")
    lost = iter([True] * 4)

    def answer(route: Route) -> None:
        if route.request.method == "GET" and next(lost, False):
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/api/v1/videos/[-0-9a-f]{36}/$"), answer)
    page.get_by_label("Choose files").set_input_files(film)
    row_of(page).get_by_label("Title").fill("By the sea")
    page.keyboard.press("Enter")
    expect(row_of(page).get_by_text("Ready")).to_be_visible(timeout=60_000)
    assert not next(lost, False)
    [video] = person.ask("GET", "/api/v1/videos/").json()["results"]
    assert video["title"] == "By the sea"


def test_an_upload_can_be_paused_and_canceled(person: Person, open_page: Open, film: Path) -> None:
    page = open_page(person)
    page.goto("/upload/")
    session = slow_down(page, 3 * _MIB)
    page.get_by_label("Choose files").set_input_files(film)
    expect(row_of(page).get_by_text("to upload")).to_be_visible()
    row_of(page).get_by_role("button", name="Pause").click()
    expect(row_of(page).get_by_text("Paused")).to_be_visible()
    row_of(page).get_by_role("button", name="Go on").click()
    expect(row_of(page).get_by_text("to upload")).to_be_visible()
    row_of(page).get_by_role("button", name=re.compile("Stop")).click()
    expect(row_of(page)).to_have_count(0)
    page.reload()
    expect(page.get_by_text("again to go on")).to_have_count(0)
    _speed(session, -1)
    [upload] = person.ask("GET", "/api/v1/uploads/").json()["results"]
    assert upload["state"] == "canceled"


def test_the_title_is_saved_while_the_bytes_arrive(
    person: Person, open_page: Open, film: Path
) -> None:
    page = open_page(person)
    page.goto("/upload/")
    session = slow_down(page, 3 * _MIB)
    page.get_by_label("Choose files").set_input_files(film)
    expect(row_of(page).get_by_text("to upload")).to_be_visible()
    row_of(page).get_by_label("Title").fill("By the sea")
    row_of(page).get_by_label("Title").press("Enter")
    expect(row_of(page).get_by_text("Saved")).to_be_visible()
    [video] = person.ask("GET", "/api/v1/videos/").json()["results"]
    assert (video["status"], video["title"]) == ("uploading", "By the sea")
    _speed(session, -1)
    expect(row_of(page).get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)


def test_a_folder_that_is_dropped_gives_all_its_files(person: Person, open_page: Open) -> None:
    page = open_page(person)
    page.goto("/upload/")
    names = page.evaluate(_DROPPED)
    assert names == ["a.mp4", "b.mp4", "c.mp4"]
