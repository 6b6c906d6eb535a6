"""The upload page of a site with a bucket: parts go there; reload, pause, cancel, a wrong rule."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.people import Person, sign_up
from tests.servers.app import Vodloom
from tests.servers.s3 import S3

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(400)]

MIB = 1024**2
Open = Callable[[Person], Page]


@pytest.fixture
def person(bucket_site: Vodloom, chromium: Browser, request: pytest.FixtureRequest) -> Person:
    """Somebody with an empty library there."""
    name = request.node.name.replace("_", "-")[:50]
    return sign_up(bucket_site, chromium, f"{name}@example.com")


@pytest.fixture
def film(clip: Path, tmp_path: Path) -> Path:
    """A film of three parts: most of it is a box that says nothing."""
    path = tmp_path / "film.mp4"
    size = 17 * MIB
    path.write_bytes(clip.read_bytes() + size.to_bytes(4, "big") + b"free" + bytes(size - 8))
    return path


def row_of(page: Page) -> Any:
    return page.locator("video-uploader .rows").get_by_role("listitem")


def hold(page: Page, part: int) -> list[Route]:
    """Let a part get no answer, until it is asked for a second time."""
    held: list[Route] = []

    def once(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    page.route(f"**/*partNumber={part}&*", once)
    return held


def choose(page: Page, film: Path) -> None:
    page.get_by_label("Choose files").set_input_files(film)


def test_a_reload_in_the_middle_goes_on_into_the_folder(
    person: Person, open_cut_off: Open, film: Path
) -> None:
    answer = person.ask("POST", "/api/v1/folders/", json={"name": "Trips", "parent": None})
    folder = answer.json()["id"]
    page = open_cut_off(person)
    page.goto(f"/upload/?folder={folder}")
    hold(page, 3)
    with page.expect_request("**/*partNumber=3&*"):
        choose(page, film)
    expect(row_of(page).locator('[data-part="percent"]')).to_have_text(re.compile(r"[1-9]\d* %"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    told = page.get_by_text(re.compile(r"Choose film.mp4 \(.* MB\) again to go on"))
    expect(told).to_be_visible()
    parts: list[str] = []
    page.on("request", lambda sent: parts.append(sent.url) if sent.method == "PUT" else None)
    choose(page, film)
    expect(row_of(page).get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
    assert ["partNumber=3" in url for url in parts] == [True]
    [video] = person.ask("GET", "/api/v1/videos/").json()["results"]
    assert video["folder"] == folder
    assert video["source"]["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()
    page.reload()
    expect(page.get_by_text("again to go on")).to_have_count(0)


def test_it_is_paused_goes_on_and_can_be_stopped(
    person: Person, open_cut_off: Open, film: Path, moto_server: S3
) -> None:
    page = open_cut_off(person)
    page.goto("/upload/")
    hold(page, 2)
    with page.expect_request("**/*partNumber=2&*"):
        choose(page, film)
    row_of(page).get_by_role("button", name="Pause").click()
    expect(row_of(page).get_by_text("Paused")).to_be_visible()
    row_of(page).get_by_role("button", name="Go on").click()
    expect(row_of(page).get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)

    page.reload()
    film.write_bytes(film.read_bytes() + b"\0\0\0\x08free")
    page.route("**/*partNumber=1&*", lambda route: None)
    with page.expect_request("**/*partNumber=1&*"):
        choose(page, film)
    expect(row_of(page)).to_have_count(1)
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        row_of(page).get_by_role("button", name="Stop film.mp4").click()
    expect(row_of(page)).to_have_count(0)
    told = moto_server.client().list_multipart_uploads(Bucket=moto_server.bucket, Prefix="page/")
    assert told.get("Uploads", []) == []


def test_a_bucket_that_lets_no_page_in_is_told_of_with_what_to_do(
    person: Person, open_cut_off: Open, film: Path, moto_server: S3
) -> None:
    page = open_cut_off(person)
    page.goto("/upload/")
    moto_server.client().delete_bucket_cors(Bucket=moto_server.bucket)
    try:
        choose(page, film)
        error = row_of(page).get_by_role("alert")
        expect(error).to_contain_text("manage.py setup_bucket", timeout=90_000)
        expect(error).to_contain_text(person.site.url)
        expect(row_of(page).get_by_role("button", name="Try again")).to_be_visible()
    finally:
        person.site.manage("setup_bucket", "--origin", person.site.url)
    row_of(page).get_by_role("button", name="Try again").click()
    expect(row_of(page).get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
