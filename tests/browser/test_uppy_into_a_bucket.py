"""Uppy as npm has it uploads into a bucket: the page is reloaded midway, and the upload goes on."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.people import Person, sign_up
from tests.clients import tools
from tests.servers.app import Vodloom
from tests.servers.s3 import S3

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(300)]

MIB = 1024**2
HERE = tools.HERE / "uppy"
PAGE = "<!doctype html><title>Uppy</title><input type=file><button>Cancel</button><output></output>"


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page's script, with Uppy in it."""
    folder = tmp_path_factory.mktemp("uppy")
    (folder / "node_modules").symlink_to(tools.node_tools(HERE) / "node_modules")
    shutil.copy(HERE / "page.mjs", folder)
    made = folder / "page.js"
    esbuild = folder / "node_modules" / ".bin" / "esbuild"
    path = os.pathsep.join([str(tools.node()), os.environ.get("PATH", os.defpath)])
    tools.run([str(esbuild), "page.mjs", "--bundle", f"--outfile={made}"], folder, PATH=path)
    return made.read_text()


@pytest.fixture
def film(clip: Path, tmp_path: Path) -> Path:
    """A film of three parts: most of it is a box that says nothing."""
    path = tmp_path / "film.mp4"
    size = 17 * MIB
    path.write_bytes(clip.read_bytes() + size.to_bytes(4, "big") + b"free" + bytes(size - 8))
    return path


@pytest.fixture
def person(bucket_site: Vodloom, chromium: Browser, request: pytest.FixtureRequest) -> Person:
    """Somebody with an empty library there."""
    name = request.node.name.replace("_", "-")[:50]
    return sign_up(bucket_site, chromium, f"{name}@example.com")


@pytest.fixture
def page(person: Person, chromium: Browser, script: str) -> Iterator[Page]:
    """A page of the site, with Uppy, of somebody who is logged in."""
    context = chromium.new_context(base_url=person.site.url)
    page = context.new_page()
    page.set_default_timeout(30_000)
    person.log_in(page)
    page.route("**/uppy/", lambda route: route.fulfill(body=_html(), content_type="text/html"))
    page.route(
        "**/uppy.js", lambda route: route.fulfill(body=script, content_type="text/javascript")
    )
    page.goto("/uppy/")
    yield page
    context.close()


def _html() -> str:
    return f'{PAGE}<script src="/uppy.js"></script>'


def sent_parts(page: Page) -> list[str]:
    """Collects the numbers of the parts that the page sends."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "PUT":
            sent.append(request.url.partition("partNumber=")[2].partition("&")[0])

    page.on("request", note)
    return sent


def test_reloaded_midway_it_goes_on_with_what_is_missing(
    page: Page, person: Person, film: Path
) -> None:
    sent = sent_parts(page)
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        """The third part gets no answer before the page is reloaded."""
        if held:
            route.continue_()
        held.append(route)

    page.route("**/*partNumber=3&*", hold_first)
    with page.expect_request("**/*partNumber=3&*"):
        page.locator("input").set_input_files(film)
    assert sent == ["1", "2", "3"]
    sent.clear()
    page.reload()
    expect(page.locator("output")).to_contain_text("/api/v1/videos/", timeout=60_000)
    assert sent == ["3"]
    where = page.locator("output").inner_text()
    video = person.wait_until_over(where.rstrip("/").rpartition("/")[2])
    assert (video["status"], video["title"], video["tags"]) == ("ready", "By Uppy", ["uppy"])
    assert video["source"]["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()


def test_canceled_on_the_page_it_leaves_nothing(
    page: Page, person: Person, film: Path, moto_server: S3
) -> None:
    page.route("**/*partNumber=2&*", lambda route: None)
    with page.expect_request("**/*partNumber=2&*"):
        page.locator("input").set_input_files(film)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.get_by_role("button", name="Cancel").click()
    assert deleted.value.status == 204
    told = moto_server.client().list_multipart_uploads(Bucket=moto_server.bucket, Prefix="uppy/")
    assert told.get("Uploads", []) == []
    (video,) = person.ask("GET", "/api/v1/videos/").json()["results"]
    assert video["status"] == "canceled"


def test_a_small_file_is_a_single_part(page: Page, person: Person, clip: Path) -> None:
    page.locator("input").set_input_files(clip)
    expect(page.locator("output")).to_contain_text("/api/v1/videos/", timeout=60_000)


def test_what_is_refused_is_told(page: Page, clip: Path) -> None:
    page.evaluate("localStorage.clear()")
    page.route("**/s3/multipart", lambda route: route.fulfill(status=409, json={}))
    page.locator("input").set_input_files(clip)
    expect(page.locator("output")).to_contain_text("error")
