"""The transcript beside the player, chapters on its timeline, and addresses of a moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser import captioned
from tests.browser.captioned import cue
from tests.browser.people import Person, sign_up
from tests.browser.playing import media, start
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone]

Open = Callable[[Person], Page]
LINES = [
    "The tide turns at <i>six</i>.",
    "Before that, <b>nothing</b> moves.",
    "&lt;script&gt;alert(1)&lt;/script&gt; it says.",
]
CHAPTERS = cue("00:00.000", "00:01.000", "Before dawn") + cue("00:01.000", "00:02.000", "Light")


@pytest.fixture(scope="module")
def owner(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "transcript@example.com")


@pytest.fixture(scope="module")
def film(owner: Person, short_clip: Path) -> str:
    """A ready video of two seconds with captions, subtitles and chapters."""
    video = owner.upload(short_clip)
    assert owner.wait_until_over(video)["status"] == "ready"
    owner.ask("PATCH", f"/api/v1/videos/{video}/", json={"visibility": "unlisted"})
    text = "".join(
        cue(f"00:0{number // 2}.{number % 2 * 5}00", f"00:0{number // 2}.{number % 2 * 5}99", line)
        for number, line in enumerate(LINES)
    )
    captioned.add(owner, video, text, kind="captions", language="en")
    captioned.add(
        owner, video, cue("00:00.000", "00:03.000", "Die Flut"), language="de", kind="subtitles"
    )
    captioned.add(owner, video, CHAPTERS, kind="chapters", language="en")
    return video


@pytest.fixture
def page(chromium: Browser, owner: Person) -> Iterator[Page]:
    """A page of somebody who is not logged in."""
    with window(chromium, owner) as page:
        yield page


@contextmanager
def window(chromium: Browser, owner: Person, **options: Any) -> Iterator[Page]:
    context = chromium.new_context(base_url=owner.site.url, **options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def time_of(page: Page) -> float:
    return float(media(page).evaluate("media => media.currentTime"))


def test_the_transcript_follows_is_searched_and_jumps(page: Page, film: str) -> None:
    page.goto(f"/watch/{film}/")
    expect(page.get_by_role("region", name="Transcript")).to_be_hidden()
    start(page)
    page.get_by_role("button", name="Transcript").click()
    transcript = page.get_by_role("region", name="Transcript")
    lines = transcript.get_by_role("listitem")
    expect(lines).to_have_text(
        [
            "0:00The tide turns at six.",
            "0:00Before that, nothing moves.",
            "0:01<script>alert(1)</script> it says.",
        ]
    )
    captioned.go_to(page, 0.7)
    expect(transcript.locator("[aria-current]")).to_contain_text("Before that")
    page.get_by_label("Search the transcript").fill("THAT, nothing")
    expect(transcript.locator("mark")).to_have_text(["that, nothing"])
    expect(transcript.get_by_role("status")).to_have_text("1 of 1")
    page.get_by_label("Search the transcript").fill("t")
    expect(transcript.get_by_role("status")).to_have_text(re.compile(r"1 of \d\d"))
    page.get_by_label("Search the transcript").press("Enter")
    expect(transcript.get_by_role("status")).to_have_text(re.compile(r"2 of \d\d"))
    expect(transcript.get_by_role("button", name="Follow along")).to_be_visible()
    lines.last.get_by_role("button").focus()
    page.keyboard.press("Enter")
    wait_until(lambda: time_of(page) >= 1, "it jumped")
    expect(transcript.get_by_role("button", name="Follow along")).to_be_hidden()


@pytest.mark.thorough
def test_the_transcript_stays_open_in_the_language_one_picks(page: Page, film: str) -> None:
    page.goto(f"/watch/{film}/")
    page.get_by_role("button", name="Transcript").click()
    page.get_by_label("Language of the transcript").select_option("Deutsch")
    lines = page.get_by_role("region", name="Transcript").get_by_role("listitem")
    expect(lines).to_have_text(["0:00Die Flut"])
    href = page.get_by_role("link", name="Save as .srt").get_attribute("href")
    answer = page.request.get(href or "")
    assert "00:00:00,000 --> 00:00:03,000\nDie Flut" in answer.text()
    assert "attachment" in answer.headers["content-disposition"]
    page.reload()
    expect(lines).to_have_count(3)
    page.get_by_role("button", name="Close the transcript").click()
    page.reload()
    expect(page.get_by_role("button", name="Transcript")).to_be_visible()
    expect(lines).to_have_count(0)


def test_chapters_are_listed_named_and_marked_on_the_timeline(page: Page, film: str) -> None:
    page.goto(f"/watch/{film}/")
    start(page)
    captioned.go_to(page, 0.5)
    chapters = page.get_by_role("button", name="Chapters Before dawn")
    expect(chapters).to_be_visible()
    [tick] = page.locator(".chapter-ticks span").all()
    line, mark = page.locator("media-time-range").bounding_box(), tick.bounding_box()
    assert line and mark
    assert (mark["x"] - line["x"]) / line["width"] == pytest.approx(1 / 2, abs=0.02)
    chapters.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chapter-list [aria-current]")).to_contain_text("Before dawn")
    page.get_by_role("button", name="0:01 Light").press("Enter")
    wait_until(lambda: abs(time_of(page) - 1) < 0.1, "it jumped")
    expect(page.get_by_role("button", name="Chapters Light")).to_be_focused()
    page.locator("media-time-range").hover(position={"x": 20, "y": 14})
    expect(page.locator(".seek-chapter")).to_have_text("Before dawn")


@pytest.mark.thorough
def test_an_address_begins_at_a_moment(page: Page, film: str) -> None:
    page.goto(f"/watch/{film}/?t=1.2")
    wait_until(lambda: time_of(page) >= 1.2, "it began there")
    for wrong in ("-3", "x", ""):
        page.goto(f"/watch/{film}/?t={wrong}", wait_until="networkidle")
        assert page.locator("vod-player").get_attribute("data-begun") is None
    page.goto(f"/watch/{film}/?t=99999")
    wait_until(lambda: time_of(page) >= 1.5, "it is at the end")


@pytest.mark.thorough
def test_a_transcript_of_thousands_of_lines_is_shown_at_once(
    chromium: Browser, owner: Person, open_page: Open, short_clip: Path
) -> None:
    """All lines are beyond the film, as those of a longer cut would be."""
    many = "".join(
        cue(
            f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000",
            f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.900",
            f"Line {number} of many",
        )
        for number in range(5000)
    )
    video = owner.upload(short_clip)
    assert owner.wait_until_over(video)["status"] == "ready"
    captioned.add(owner, video, many, kind="captions", language="en")
    page = open_page(owner)
    page.goto(f"/watch/{video}/")
    expect(page.get_by_role("button", name="Transcript")).to_be_visible()
    page.evaluate(
        """() => {
          window.slowest = 0;
          new PerformanceObserver((list) => {
            const tasks = list.getEntries().map(({ duration }) => duration);
            window.slowest = Math.max(window.slowest, ...tasks);
          }).observe({ type: "longtask" });
        }"""
    )
    page.get_by_role("button", name="Transcript").click()
    expect(page.locator(".transcript-lines [role=listitem]")).to_have_count(5000)
    page.get_by_label("Search the transcript").fill("4321 of")
    expect(page.locator("mark")).to_be_in_viewport()
    # Machines differ: without chunks it is many seconds.
    assert page.evaluate("window.slowest") < 2000
