"""A running copy of the product for all browser tests, a Chromium, and users."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.launching import running_chromium
from tests.browser.numbered import Numbered, prepared
from tests.browser.people import Person, sign_up
from tests.servers.app import Vodloom, migrated_database, running_vodloom
from tests.servers.fixtures import StartVodloom, leave_out_pictures
from tests.servers.plugin import SERVERS
from tests.servers.redis import running_redis
from tests.servers.s3 import S3

# The timeout costs no time if a page is right, and a busy machine causes no failures.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def site(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vodloom]:
    """The whole product, started once for these tests."""
    postgres = pytestconfig.stash[SERVERS].postgres
    database_url = migrated_database(postgres)
    leave_out_pictures(database_url)
    with ExitStack() as cleanup:
        running = running_vodloom(
            tmp_path_factory.mktemp("site"),
            redis=cleanup.enter_context(running_redis()),
            database_url=database_url,
        )
        yield cleanup.enter_context(running)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def demo(site: Vodloom) -> Person:
    """The demo user, who is also staff."""
    email, password = site.manage("create_demo_user").split()
    return Person(site, email, password)


@pytest.fixture(scope="package")
def numbered(demo: Person, tmp_path_factory: pytest.TempPathFactory) -> Numbered:
    """A video with numbered frames and beeps."""
    return prepared(demo, tmp_path_factory.mktemp("numbered"))


@pytest.fixture
def person(demo: Person, chromium: Browser, request: pytest.FixtureRequest) -> Person:
    """A user with an empty library, who signed up on the page."""
    return sign_up(demo.site, chromium, f"{request.node.name.replace('_', '-')[:50]}@example.com")


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[[Person], Page]]:
    """A function that opens a page with a logged-in user; the test fails on any browser error."""
    complaints: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(f"{said.text} ({said.location['url']})")

    with ExitStack() as cleanup:

        def open_for(person: Person) -> Page:
            context = chromium.new_context(base_url=person.site.url)
            cleanup.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", note)
            person.log_in(page)
            return page

        yield open_for
    # Chromium reports violations of the content policy as console errors too.
    assert complaints == []


@pytest.fixture
def open_cut_off(chromium: Browser) -> Iterator[Callable[[Person], Page]]:
    """A function like ``open_page`` for cut connections: browsers log an error for each lost
    request, so errors are not checked."""
    with ExitStack() as cleanup:

        def open_for(person: Person) -> Page:
            context = chromium.new_context(base_url=person.site.url)
            cleanup.callback(context.close)
            page = context.new_page()
            person.log_in(page)
            return page

        yield open_for


@pytest.fixture(scope="session")
def clip_with_audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of twelve seconds of 720p, which takes some seconds to process."""
    return draw(tmp_path_factory.mktemp("clips") / "moving bars.mp4", "1280x720", seconds=12)


@pytest.fixture(scope="session")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small clip of two seconds, which is processed at once."""
    return draw(tmp_path_factory.mktemp("clips") / "short bars.mp4", "320x180", seconds=2)


@pytest.fixture
def no_video(tmp_path: Path) -> Path:
    """A file that claims to be a video; only the probe can tell that it is not."""
    path = tmp_path / "holiday.mp4"
    path.write_bytes(b"\x00\x01This is no video.\x00")
    return path


def draw(path: Path, size: str, *, seconds: int) -> Path:
    """Make a clip with moving pictures and a tone."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d={seconds}"]
    command += ["-f", "lavfi", "-i", f"sine=330:d={seconds}", "-c:a", "aac"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def bucket_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, moto_server: S3
) -> Iterator[Vodloom]:
    """A site that stores in a bucket, which has the rule of ``setup_bucket``."""
    shared = request.config.stash[SERVERS].postgres
    prefix = request.module.__name__.rpartition(".")[2].replace("_", "-")
    with ExitStack() as cleanup:
        site = StartVodloom(tmp_path_factory, shared, cleanup)(moto_server, S3_PREFIX=prefix)
        site.manage("setup_bucket", "--origin", site.url)
        site.manage("create_demo_user")
        yield site
