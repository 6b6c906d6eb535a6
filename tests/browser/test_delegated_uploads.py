"""Users of somebody's app upload from its page, with uploaders as npm has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.apps import cutting, serving_app
from tests.browser.conftest import draw
from tests.browser.people import Person

# The first run installs what npm has.
pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(400)]

_UPCHUNK = """([address, more]) => new Promise((done) => {
  const file = document.querySelector("#file").files[0];
  const upload = UpChunk.createUpload({ endpoint: address, file, chunkSize: 1024, ...more });
  const seen = { attempts: 0, failures: 0, progress: [] };
  upload.on("attempt", () => { seen.attempts += 1; });
  upload.on("attemptFailure", () => { seen.failures += 1; });
  upload.on("progress", (told) => seen.progress.push(told.detail));
  upload.on("error", (told) => done({ ...seen, error: told.detail.message }));
  upload.on("success", () => done(seen));
})"""

_MUX = """(address) => {
  const uploader = document.querySelector("mux-uploader");
  uploader.endpoint = address;
  uploader.chunkSize = 1024;
  window.ended = new Promise((done) => {
    uploader.addEventListener("success", () => done("success"));
    uploader.addEventListener("uploaderror", (told) => done(told.detail.message));
  });
}"""


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """The origin of somebody's app."""
    with serving_app() as origin:
        yield origin


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of several chunks."""
    path = draw(tmp_path_factory.mktemp("films") / "beach.mp4", "320x180", seconds=2)
    with path.open("ab") as file:  # a box that readers ignore
        size = 5 * 1024**2
        file.write(size.to_bytes(4, "big") + b"free" + bytes(size - 8))
    return path


@pytest.fixture
def page(chromium: Browser, app: str, film: Path) -> Iterator[Page]:
    """The app's page, on which a user has chosen the film."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(app)
    page.locator("#file").set_input_files(film)
    yield page
    context.close()


def delegated(person: Person, **limits: Any) -> dict[str, Any]:
    """An upload that the app's server has asked for."""
    answer = person.ask("POST", "/api/v1/uploads/", json=limits)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def require_arrived(person: Person, upload: dict[str, Any], film: Path) -> None:
    """The film became a video, byte for byte."""
    told = person.ask("GET", f"/api/v1/uploads/{upload['id']}/").json()
    assert (told["state"], told["offset"]) == ("finished", film.stat().st_size)
    video = person.wait_until_over(upload["video"])
    assert video["status"] == "ready", video["error"]
    assert video["source"]["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()


@pytest.mark.thorough
def test_upchunk(demo: Person, page: Page, app: str, film: Path) -> None:
    upload = delegated(demo, allowed_origin=app, max_size=10 * 1024**2)
    seen = page.evaluate(_UPCHUNK, [upload["url"], {}])
    assert "error" not in seen
    assert (seen["attempts"], seen["failures"]) == (6, 0)
    assert seen["progress"][-1] == 100
    require_arrived(demo, upload, film)


def test_upchunk_goes_on_after_its_line_broke(demo: Person, page: Page, film: Path) -> None:
    upload = delegated(demo)
    with cutting(demo.site.url, cuts=3, after=1500 * 1024) as line:
        address = upload["url"].replace(demo.site.url, line.origin)
        more = {"retryCodes": [0, 408, 502, 503, 504], "attempts": 10, "chunkSize": 2048}
        seen = page.evaluate(_UPCHUNK, [address, more])
        assert line.left <= 0
    assert "error" not in seen
    assert seen["failures"] >= 1
    require_arrived(demo, upload, film)


@pytest.mark.thorough
def test_mux_uploader(demo: Person, page: Page, app: str, film: Path) -> None:
    upload = delegated(demo, allowed_origin=app)
    page.evaluate(_MUX, upload["url"])
    page.locator("mux-uploader input[type=file]").set_input_files(film)
    assert page.evaluate("ended") == "success"
    require_arrived(demo, upload, film)


_TUS = """(options) => new Promise((done) => {
  const file = document.querySelector("#file").files[0];
  new tus.Upload(file, {
    chunkSize: 1024 * 1024,
    storeFingerprintForResuming: false,
    onError: (error) => done(String(error)),
    onSuccess: () => done("success"),
    ...options,
  }).start();
})"""


@pytest.mark.parametrize(
    "option", [pytest.param("endpoint", marks=pytest.mark.thorough), "uploadUrl"]
)
def test_tus_js_client(demo: Person, page: Page, app: str, film: Path, option: str) -> None:
    upload = delegated(demo, allowed_origin=app, size=film.stat().st_size)
    assert page.evaluate(_TUS, {option: upload["url"]}) == "success"
    require_arrived(demo, upload, film)


def test_a_plain_fetch(demo: Person, page: Page, film: Path) -> None:
    upload = delegated(demo)
    put = """async (address) => {
      const body = document.querySelector("#file").files[0];
      const answer = await fetch(address, { method: "PUT", body });
      return [answer.status, (await answer.json()).state];
    }"""
    assert page.evaluate(put, upload["url"]) == [200, "finished"]
    require_arrived(demo, upload, film)


def test_a_page_reads_why_it_is_refused(demo: Person, page: Page) -> None:
    upload = delegated(demo, max_size=1024)
    seen = page.evaluate(_UPCHUNK, [upload["url"], {}])
    assert "413" in seen["error"]
    elsewhere = delegated(demo, allowed_origin="https://other.example")
    ask = """async (address) => {
      const answer = await fetch(address, { method: "PUT", body: "x" });
      return (await answer.json()).code;
    }"""
    assert page.evaluate(ask, elsewhere["url"]) == "origin_not_allowed"
