"""The upload page: one bar that only moves forward, messages about stalls, retries after cuts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import draw
from tests.browser.people import Person
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]

_NOTE_BARS = """() => {
  window.bars = [];
  window.stages = [];
  const note = () => {
    const row = document.querySelector(".row");
    if (!row) return;
    window.bars.push(row.querySelector("progress").value);
    const stage = row.querySelector('[data-part="stage"]').textContent;
    if (stage && window.stages.at(-1) !== stage) window.stages.push(stage);
  };
  const all = { subtree: true, childList: true, attributes: true };
  new MutationObserver(note).observe(document.body, all);
}"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film large enough to take some time, and small enough to go in one request."""
    path = tmp_path / "A_walk.mp4"
    draw(path, "640x360", seconds=4)
    with path.open("ab") as file:  # a box that readers ignore
        size = 6 * 1024**2
        file.write(size.to_bytes(4, "big") + b"free" + bytes(size - 8))
    return path


def uploading(page: Page) -> None:
    page.goto("/upload/")
    page.evaluate(_NOTE_BARS)


def test_one_bar_goes_from_the_first_byte_to_ready_and_never_back(
    person: Person, open_page: Open, film: Path
) -> None:
    page = open_page(person)
    uploading(page)
    slow_down(page, 3 * 1024**2)
    page.get_by_label("Choose files").set_input_files(film)
    row = page.get_by_role("listitem").filter(has_text="A_walk.mp4")
    expect(row.get_by_text("to upload")).to_be_visible()
    expect(row.get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
    bars, stages = page.evaluate("[window.bars, window.stages]")
    assert bars == sorted(bars)
    assert any(0 < bar < 30 for bar in bars) and any(30 < bar < 100 for bar in bars)
    assert len(stages) == len(set(stages)), f"a stage came twice: {stages}"


def test_a_row_is_a_form_whose_words_become_the_videos(
    person: Person, open_page: Open, film: Path
) -> None:
    page = open_page(person)
    uploading(page)
    slow_down(page, 3 * 1024**2)
    page.get_by_label("Choose files").set_input_files(film)
    row = page.get_by_role("listitem").filter(has_text="A_walk.mp4")
    expect(row.get_by_label("Title")).to_have_value("A walk")
    row.get_by_label("Title").fill("Along the river")
    row.get_by_label("Who can watch").select_option("unlisted")
    watch = row.get_by_role("link", name="Watch")
    expect(watch).to_be_visible(timeout=90_000)
    [video] = person.ask("GET", "/api/v1/videos/").json()["results"]
    assert (video["title"], video["visibility"]) == ("Along the river", "unlisted")
    row.get_by_label("Title").fill("Up the river")
    row.get_by_label("Title").press("Enter")
    expect(row.get_by_text("Saved")).to_be_visible()
    watch.click()
    expect(page.get_by_label("Title")).to_have_value("Up the river")


def test_a_line_that_carries_nothing_is_said_to(
    person: Person, open_page: Open, film: Path
) -> None:
    page = open_page(person)
    uploading(page)
    page.route("**/api/v1/videos/", lambda route: None)  # the request hangs
    page.get_by_label("Choose files").set_input_files(film)
    expect(page.get_by_text("No data for 4 s")).to_be_visible()
    expect(page.get_by_text("MB/s")).to_have_count(0)


def test_a_cut_mends_by_itself_and_the_bar_does_not_go_back(
    person: Person, open_cut_off: Open, film: Path
) -> None:
    page = open_cut_off(person)
    uploading(page)
    cuts: list[Route] = []

    def cut_once(route: Route) -> None:
        if route.request.method == "POST" and not cuts:
            cuts.append(route)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/videos/", cut_once)
    page.get_by_label("Choose files").set_input_files(film)
    row = page.get_by_role("listitem").filter(has_text="A_walk.mp4")
    expect(row.get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
    assert cuts
    assert "The connection is lost. The upload will start again when it is back." in page.evaluate(
        "window.stages"
    )
    bars = page.evaluate("window.bars")
    assert bars == sorted(bars)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Dear diary, this is no film.", "This is a text"),
        ("Дневник".encode(), "This is a text"),
        (b"%PDF-1.7\n\x00\x01", "This is a PDF document"),
        (b"PK\x03\x04\x00\x00", "This is an archive"),
        (b"\x89PNG\r\n\x1a\n\x00", "This is a picture"),
        (b"", "The file is empty"),
    ],
)
def test_what_is_clearly_no_film_is_refused_before_it_is_sent(
    person: Person, open_page: Open, content: bytes, why: str
) -> None:
    page = open_page(person)
    page.goto("/upload/")
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_label("Choose files").set_input_files(
        {"name": "film.mp4", "mimeType": "video/mp4", "buffer": content}
    )
    expect(page.get_by_text(why)).to_be_visible()
    assert "POST" not in sent


def test_a_file_over_the_limit_is_told_both_sizes(
    person: Person, open_page: Open, film: Path
) -> None:
    page = open_page(person)
    page.goto("/upload/")
    expect(page.get_by_text("Up to 100 GiB a file")).to_be_visible()
    page.locator("video-uploader").evaluate("one => (one.dataset.maxBytes = 1024)")
    page.get_by_label("Choose files").set_input_files(film)
    expect(page.get_by_text(re.compile(r"Too large: it has \d.* MiB, and at most"))).to_be_visible()


def test_the_bars_of_other_windows_stand_where_the_uploaders_does(
    person: Person, open_page: Open, clip_with_audio: Path
) -> None:
    page = open_page(person)
    page.evaluate("window.neverReloaded = true")
    person.upload(clip_with_audio)
    bar = page.locator(".card progress")
    bar.wait_for()
    assert bar.evaluate("bar => bar.value") >= 30
    wait_until(lambda: page.locator('.card[data-status="ready"]').count() == 1, "it is ready", 90)


def slow_down(page: Page, bytes_a_second: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_a_second,
        },
    )


def test_a_link_to_an_allowed_site_is_sent_as_a_page(person: Person, open_cut_off: Open) -> None:
    page = open_cut_off(person)
    page.goto("/upload/")
    page.locator(".from-link").evaluate("form => (form.dataset.sites = 'films.example a.example')")
    sent: list[object] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(status=400, json={"detail": f"Refused {len(sent)}."})

    page.route("**/api/v1/videos/import/", answer)
    wanted = {
        "https://www.films.example/watch?v=7": "site",
        "HTTPS://films.example:443/a": "site",
        "https://xfilms.example/a.mp4": "file",
        "https://films.example@other.example/a.mp4": "file",
    }
    for number, url in enumerate(wanted, start=1):
        page.get_by_label("Or from a link").fill(url)
        page.get_by_role("button", name="Fetch it").click()
        expect(page.get_by_text(f"Refused {number}.")).to_be_visible()
    assert sent == [{"url": url, "source": source} for url, source in wanted.items()]
