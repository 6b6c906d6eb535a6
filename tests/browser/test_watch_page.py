"""The watch page while its video, its texts and its connection change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import Person, sign_up
from tests.browser.playing import start, top_of
from tests.servers.app import Vodloom
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

Open = Callable[[Person], Page]


@pytest.fixture(scope="module")
def owner(demo: Person, chromium: Browser) -> Person:
    return sign_up(demo.site, chromium, "watch-page@example.com")


@pytest.fixture(scope="module")
def film(owner: Person, short_clip: Path) -> str:
    video = owner.upload(short_clip)
    assert owner.wait_until_over(video)["status"] == "ready"
    return video


def test_own_words_are_seen_at_once_in_every_window(
    owner: Person, open_page: Open, film: str
) -> None:
    here, there = open_page(owner), open_page(owner)
    for page in (here, there):
        page.goto(f"/watch/{film}/")
    here.get_by_label("Title").fill("Cups and balls")
    here.get_by_label("Title").press("Enter")
    here.get_by_label("Who can watch").select_option("unlisted")
    for page in (here, there):
        expect(page).to_have_title("Cups and balls · Vodloom")
        expect(page.locator("#delete-dialog")).to_contain_text("“Cups and balls” disappears")
        expect(page.get_by_label("Title")).to_have_value("Cups and balls")
        expect(page.get_by_label("Who can watch")).to_have_value("unlisted")
        expect(page.locator("#visibility-hint")).to_contain_text("Everybody with the link")
        expect(page.locator("#share-code")).to_have_count(1)


def test_a_lost_line_is_told_and_what_was_changed_meanwhile_is_saved_after(
    owner: Person, chromium: Browser, film: str
) -> None:
    # Not with `open_page`, since browsers log an error for each request without a network.
    context = chromium.new_context(base_url=owner.site.url)
    page = context.new_page()
    owner.log_in(page)
    page.goto(f"/watch/{film}/")
    context.set_offline(True)
    page.get_by_label("Description").fill("Written on a train")
    page.get_by_label("Description").blur()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    expect(page.get_by_text("No connection to the server")).to_be_visible(timeout=15_000)
    context.set_offline(False)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=15_000)
    expect(page.get_by_text("No connection to the server")).to_be_hidden(timeout=20_000)
    told = owner.ask("GET", f"/api/v1/videos/{film}/").json()
    assert told["description"] == "Written on a train"
    context.close()


def test_a_page_stays_while_the_server_is_not_well(
    owner: Person, chromium: Browser, film: str
) -> None:
    context = chromium.new_context(base_url=owner.site.url)
    page = context.new_page()
    owner.log_in(page)
    page.goto(f"/watch/{film}/")
    page.route("**/watch/**", lambda route: route.fulfill(status=503))
    with page.expect_response("**/watch/**"):
        owner.ask("PATCH", f"/api/v1/videos/{film}/", json={"description": "Not shown yet"})
    page.unroute("**/watch/**")
    owner.ask("PATCH", f"/api/v1/videos/{film}/", json={"description": "Shown"})
    expect(page.get_by_label("Description")).to_have_value("Shown")
    assert page.url.endswith(f"/watch/{film}/")
    context.close()


def test_nothing_moves_when_the_work_ends(
    owner: Person, site: Vodloom, open_page: Open, film: str
) -> None:
    page = open_page(owner)
    page.goto(f"/watch/{film}/")
    description = page.get_by_label("Description")
    before = top_of(description)
    site.processes["encode"].stop()
    try:
        owner.ask("POST", f"/api/v1/videos/{film}/reprocess/")
        expect(page.locator(".state live-progress")).to_be_visible(timeout=15_000)
        assert top_of(description) == before
        owner.ask("POST", f"/api/v1/videos/{film}/cancel/")
        expect(page.locator(".state live-progress")).to_be_hidden(timeout=15_000)
        assert top_of(description) == before
    finally:
        site.start("encode")


def test_addresses_are_replaced_after_a_question_and_the_film_plays_on(
    owner: Person, open_page: Open, film: str
) -> None:
    page = open_page(owner)
    page.goto(f"/watch/{film}/")
    shown = page.locator("vod-player")
    before = shown.get_attribute("data-src") or ""
    given = owner.ask("GET", f"/api/v1/videos/{film}/").json()["playback"]["hls"]
    assert requests.get(given, timeout=60).status_code == 200
    more = page.locator("summary[aria-label='More actions']")
    for answer in ("Keep them", "Replace them"):
        more.click()
        page.get_by_role("button", name="Replace addresses…").click()
        dialog = page.get_by_role("dialog", name="Replace the addresses?")
        expect(dialog).to_contain_text("stops working within seconds")
        expect(shown).to_have_attribute("data-src", before)
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_be_hidden()
    expect(page.get_by_text("The addresses are replaced.")).to_be_visible()
    expect(shown).not_to_have_attribute("data-src", before)
    wait_until(lambda: requests.get(given, timeout=60).status_code == 403, "the old one is closed")
    start(page)


def test_it_plays_in_the_page_of_somebody_else(owner: Person, chromium: Browser, film: str) -> None:
    owner.ask("PATCH", f"/api/v1/videos/{film}/", json={"visibility": "unlisted"})
    context = chromium.new_context()
    page = context.new_page()
    asked = f"{owner.site.url}/watch/{film}/"
    told = context.request.get(f"{owner.site.url}/oembed/", params={"url": asked}).json()
    body = f"<!doctype html><title>Elsewhere</title><p>My film:</p>{told['html']}"
    page.route(
        "http://elsewhere.test/", lambda route: route.fulfill(body=body, content_type="text/html")
    )
    page.goto("http://elsewhere.test/")
    frame = page.frame_locator("iframe")
    start(frame)
    owner.ask("PATCH", f"/api/v1/videos/{film}/", json={"visibility": "private"})
    page.reload()
    expect(frame.get_by_text("This video is not available")).to_be_visible()
    context.close()


def test_a_link_is_copied_with_a_warning_where_it_works_for_nobody_else(
    owner: Person, open_page: Open, film: str
) -> None:
    page = open_page(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/watch/{film}/")
    page.get_by_label("Who can watch").select_option("private")
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share")
    expect(dialog.get_by_text("works for you alone")).to_be_visible()
    dialog.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    wait_until(lambda: page.locator("#share-code").count() == 0, "no embed code")
