"""What docs/api.md shows for copying is run, block by block, against the product as it runs."""

from __future__ import annotations

import re
import shutil
import sys
import wave
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image as Pillow

from tests.browser.launching import running_chromium
from tests.clients import tools
from tests.log_ins import PASSWORD
from tests.servers.app import Vodloom
from tests.servers.process import wait_until

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]

DOCS = tools.ROOT / "docs/api.md"
ADDRESS, KEY, PLAYLIST, FRAME = (
    "http://127.0.0.1:8000",
    "vl_…",
    "https://video.example.org/m/…/master.m3u8",
    "https://video.example.org/embed/…/",
)
# Who logs in from an app there.
_ADA = f"""
from accounts.models import User
User.objects.create_user("ada@example.com", {PASSWORD!r})
"""


@pytest.fixture(scope="module")
def key(vodloom: Vodloom) -> str:
    """A key of somebody who uploads."""
    vodloom.manage("create_demo_user")
    vodloom.manage("shell", "--command", _ADA)
    return vodloom.manage("create_api_key", "demo@example.com", "--name", "docs").strip()


@pytest.fixture
def folder(tmp_path: Path, clip: Path) -> Path:
    """Where the files lie that the examples upload."""
    shutil.copy(clip, tmp_path / "holiday.mp4")
    with wave.open(str(tmp_path / "commentary.wav"), "wb") as commentary:
        commentary.setparams((1, 2, 8000, 0, "NONE", ""))
        commentary.writeframes(bytes(2 * 8000))
    Pillow.effect_noise((400, 300), 90).convert("RGB").save(tmp_path / "holiday.jpg")
    return tmp_path


def documented(language: str) -> str:
    """All blocks of a language, one after the other, as one reads them."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", DOCS.read_text(), re.M | re.S)
    assert blocks, language
    return "\n".join(blocks)


def here(text: str, vodloom: Vodloom, key: str) -> str:
    """For this server and key."""
    return text.replace(ADDRESS, vodloom.url).replace(KEY, key)


@pytest.mark.parametrize(
    ("language", "file", "command"),
    [
        ("sh", "calls.sh", ["bash", "-eu"]),
        ("python", "calls.py", [sys.executable]),
        ("java", "Upload.java", ["java"]),
        ("swift", "main.swift", ["swift"]),
    ],
)
def test_the_examples_of_a_language_do_what_they_say(
    language: str, file: str, command: list[str], vodloom: Vodloom, key: str, folder: Path
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here")
    (folder / file).write_text(here(documented(language), vodloom, key))
    said = tools.run([*command, file], folder)
    if language in ("java", "swift"):
        assert said.startswith("201")


def test_the_examples_of_javascript_do_what_they_say(
    vodloom: Vodloom, key: str, folder: Path
) -> None:
    client = "/static/vodloom/feed.js"
    calls = here(documented("js"), vodloom, key)
    # Node imports from files alone.
    calls = calls.replace(vodloom.url + client, (folder / "feed.mjs").as_uri())
    shutil.copy(tools.ROOT / client.lstrip("/"), folder / "feed.mjs")
    (folder / "calls.mjs").write_text(calls)
    tools.run([str(tools.node() / "node"), "calls.mjs"], folder)


def test_every_block_is_run() -> None:
    languages = set(re.findall(r"^```(\w+)$", DOCS.read_text(), re.M))
    assert languages <= {"sh", "python", "js", "java", "swift", "html", "json", "text"}


def test_the_page_plays(vodloom: Vodloom, key: str, folder: Path) -> None:
    video = _ready(vodloom, key, folder / "holiday.mp4")
    frame = f"{vodloom.url}/embed/{video['id']}/"
    page_text = documented("html").replace(PLAYLIST, video["playback"]["hls"]).replace(FRAME, frame)
    player = next((tools.ROOT / "static/vendor").glob("hls.js-*")) / "hls.min.js"
    with running_chromium() as browser:
        page = browser.new_page()
        page.route(
            "http://elsewhere.test/",
            lambda route: route.fulfill(body=page_text, content_type="text/html"),
        )
        page.route(
            "http://elsewhere.test/hls.js",
            lambda route: route.fulfill(path=player, content_type="text/javascript"),
        )
        page.goto("http://elsewhere.test/")
        page.evaluate("() => { player.muted = true; player.play(); }")
        page.wait_for_function("() => player.currentTime > 0.5", timeout=20_000)
        page.frame_locator("iframe").locator("vod-player .play-large").wait_for()


def _ready(vodloom: Vodloom, key: str, file: Path) -> Any:
    """A video that is ready."""
    url, headers = f"{vodloom.url}/api/v1/videos/", {"Authorization": f"Bearer {key}"}
    with file.open("rb") as sent:
        video = requests.post(url, headers=headers, files={"file": sent}, timeout=30).json()

    def told() -> Any:
        return requests.get(f"{url}{video['id']}/", headers=headers, timeout=30).json()

    wait_until(lambda: told()["status"] == "ready", "it is ready", seconds=60)
    opened = requests.patch(
        f"{url}{video['id']}/", headers=headers, json={"visibility": "unlisted"}, timeout=30
    )
    opened.raise_for_status()
    return told()
