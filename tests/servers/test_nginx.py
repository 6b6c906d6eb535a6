"""The product behind nginx with the shipped configuration."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.sync.client import connect

from tests.servers import nginx
from tests.servers.app import Vodloom
from tests.servers.fixtures import StartVodloom
from tests.servers.nginx import Nginx, running_nginx
from tests.servers.plugin import SERVERS
from tests.servers.process import wait_until

pytestmark = [
    pytest.mark.alone,
    pytest.mark.thorough,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not nginx.installed(), reason="nginx is not installed"),
]


@pytest.fixture(scope="module")
def vodloom(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vodloom]:
    """A copy of the product that is reached only by HTTPS."""
    shared = pytestconfig.stash[SERVERS].postgres
    with ExitStack() as cleanup:
        start = StartVodloom(tmp_path_factory, shared, cleanup)
        yield start(USE_HTTPS="true", ALLOWED_HOSTS="localhost,127.0.0.1")


@pytest.fixture(scope="module")
def proxy(vodloom: Vodloom) -> Iterator[Nginx]:
    port = int(vodloom.url.rpartition(":")[2])
    with running_nginx([port]) as running:
        yield running


@pytest.fixture(scope="module")
def login(vodloom: Vodloom) -> tuple[str, str]:
    """The address and password of a superuser."""
    email, _, password = vodloom.manage("create_demo_user").strip().partition(" ")
    return email, password


@pytest.fixture(scope="module")
def key(vodloom: Vodloom, login: tuple[str, str]) -> str:
    return vodloom.manage("create_api_key", login[0], "--name", "test").strip()


@pytest.fixture
def browser(proxy: Nginx) -> Iterator[requests.Session]:
    with _session(proxy) as session:
        yield session


def _session(proxy: Nginx) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # the environment may name other certificates
    session.verify = str(proxy.certificates.authority)
    return session


@pytest.fixture
def api(browser: requests.Session, key: str) -> requests.Session:
    browser.headers["Authorization"] = f"Bearer {key}"
    return browser


def test_http_is_led_to_https(proxy: Nginx, browser: requests.Session) -> None:
    answer = browser.get(f"http://localhost:{proxy.plain_port}/x?y=1", allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "https://localhost/x?y=1")


def test_logging_in_to_the_admin(
    proxy: Nginx, browser: requests.Session, login: tuple[str, str]
) -> None:
    page = browser.get(f"{proxy.url}/admin/")
    assert page.url.startswith(f"{proxy.url}/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    form = {"login": login[0], "password": login[1], "csrfmiddlewaretoken": token[1]}
    inside = browser.post(page.url, data=form, headers={"Origin": proxy.url, "Referer": page.url})
    assert (inside.status_code, inside.url) == (200, f"{proxy.url}/admin/")
    assert {cookie.secure for cookie in browser.cookies} == {True}


def test_security_headers_are_sent_once(proxy: Nginx, browser: requests.Session) -> None:
    answer = browser.get(f"{proxy.url}/accounts/login/")
    names = [name.lower() for name, _ in answer.raw.headers.items()]
    for name in (
        "strict-transport-security",
        "content-security-policy",
        "x-frame-options",
        "x-content-type-options",
        "referrer-policy",
    ):
        assert names.count(name) == 1, name


def test_a_large_upload_passes_while_it_comes_and_plays_with_ranges(
    vodloom: Vodloom, proxy: Nginx, api: requests.Session, clip: Path
) -> None:
    uploads, body_folder = vodloom.data / "uploads", proxy.folder / "body"
    seen: list[int] = []

    def blocks() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        yield clip.read_bytes()
        for _ in range(20):  # the text after the film does not matter
            yield b"\0" * 1024**2
        wait_until(lambda: bool(list(uploads.glob("*"))), "it comes through")
        seen.append(sum(1 for path in body_folder.rglob("*") if path.is_file()))
        yield b"\r\n--x--\r\n"

    head = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = api.post(f"{proxy.url}/api/v1/videos/", data=blocks(), headers=head)
    assert answer.status_code == 201
    assert seen == [0]
    video = answer.json()
    wait_until(lambda: _video(proxy, api, video["id"])["status"] == "ready", "it is made", 120)
    playlist = _video(proxy, api, video["id"])["playback"]["hls"]
    media = _first_file(api, playlist)
    whole = api.get(media)
    part = api.get(media, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert "/m/-/" in proxy.access_log
    assert not re.search(r"/m/[^-/]", proxy.access_log)


def _video(proxy: Nginx, api: requests.Session, video: str) -> Any:
    return api.get(f"{proxy.url}/api/v1/videos/{video}/").json()


def _first_file(api: requests.Session, playlist: str) -> str:
    """Return the first media file's address in a playlist."""
    for line in api.get(playlist).text.splitlines():
        if line and not line.startswith("#"):
            address = requests.compat.urljoin(playlist, line)
            return _first_file(api, address) if ".m3u8" in line else address
    raise AssertionError(f"{playlist} lists nothing")


def test_who_may_not_upload_is_told_so_and_not_cut_off(
    proxy: Nginx, browser: requests.Session
) -> None:
    """The product answers at once and reads no more, while nginx still sends."""
    for _ in range(10):
        form = {"file": ("a.mp4", b"\0" * 8 * 1024**2)}
        answer = browser.post(f"{proxy.url}/api/v1/videos/", files=form)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_the_live_feed_opens(proxy: Nginx, key: str) -> None:
    context = ssl.create_default_context(cafile=str(proxy.certificates.authority))
    address = f"wss://localhost:{proxy.port}/ws/feed/"
    headers = {"Authorization": f"Bearer {key}"}
    with connect(address, ssl=context, additional_headers=headers) as feed:
        assert json.loads(feed.recv(timeout=20))["type"] == "hello"


def test_clients_are_counted_by_their_own_addresses(vodloom: Vodloom, proxy: Nginx) -> None:
    """nginx discards the address that a client claims, so the client always has one count."""
    codes = set()
    for number in range(40):
        with _session(proxy) as session:
            session.headers["X-Forwarded-For"] = f"10.0.0.{number}"
            page = session.get(f"{proxy.url}/accounts/login/")
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
            form = {
                "login": f"nobody{number}@example.com",
                "password": "wrong",
                "csrfmiddlewaretoken": token[1] if token else "",
            }
            answer = session.post(page.url, data=form, headers={"Referer": page.url})
            codes.add(answer.status_code)
    assert codes == {200, 429}
