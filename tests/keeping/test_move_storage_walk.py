"""The walk of docs/operations.md from the disk to a bucket: everything plays at every step."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from tests.servers.app import Vodloom
from tests.servers.fixtures import StartVodloom
from tests.servers.process import wait_until
from tests.servers.s3 import S3

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]

_USER = """
from accounts import api_keys
from accounts.models import User
print(api_keys.issue(User.objects.create_user("a@example.com", "a long password"), name="x")[1])
"""
BACKGROUND = ("reconciler", "light", "encode")


class Viewer:
    """Somebody with an API key who plays everything there is."""

    def __init__(self, key: str) -> None:
        self._headers = {"Authorization": f"Bearer {key}"}

    def upload(self, url: str, clip: Path) -> str:
        with clip.open("rb") as file:
            answer = requests.post(
                f"{url}/api/v1/videos/", headers=self._headers, files={"file": file}, timeout=60
            )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def status(self, url: str, video: str) -> str:
        return str(self._video(url, video)["status"])

    def plays(self, url: str, video: str) -> list[str]:
        """Fetch all that its playlists name; the addresses of what they name."""
        hls = self._video(url, video)["playback"]["hls"]
        return [part for one in self._named(urljoin(url, hls)) for part in self._media(one)]

    def _video(self, url: str, video: str) -> dict[str, dict[str, str]]:
        answer = requests.get(f"{url}/api/v1/videos/{video}/", headers=self._headers, timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, dict[str, str]] = answer.json()
        return found

    def _named(self, playlist: str) -> list[str]:
        text = requests.get(playlist, timeout=60).text
        return [urljoin(playlist, uri) for uri in re.findall(r"[^\s\"=]+\.m3u8", text)]

    def _media(self, playlist: str) -> list[str]:
        text = requests.get(playlist, timeout=60).text
        uris = re.findall(r'^(?!#)(\S+)$|URI="([^"]+)"', text, re.MULTILINE)
        addresses = [urljoin(playlist, plain or quoted) for plain, quoted in uris]
        assert addresses
        for address in addresses:
            fetch(address)
        return addresses


def fetch(address: str) -> None:
    """It is there."""
    answer = requests.get(address, headers={"Range": "bytes=0-99"}, timeout=60)
    assert answer.status_code == 206, (address, answer.status_code)


def test_from_the_disk_to_a_bucket(
    start_vodloom: StartVodloom, moto_server: S3, clip: Path
) -> None:
    vodloom = start_vodloom()
    viewer = Viewer(vodloom.manage("shell", "-v0", "-c", _USER).strip())
    old = vodloom.url
    first = viewer.upload(old, clip)
    _wait_ready(vodloom, viewer, old, first)
    held = viewer.plays(old, first)

    bucket = {**moto_server.environment, "S3_PREFIX": "walk"}
    vodloom.environment |= {**bucket, "OLD_MEDIA": str(vodloom.data / "media")}
    assert "Everything is in the new place" in vodloom.manage("move_storage")
    viewer.plays(old, first)

    for name in BACKGROUND:
        vodloom.processes[name].stop()
    new = vodloom.start_web(name="web-new")
    for url in (old, new):
        viewer.plays(url, first)
    for address in held:
        fetch(address.replace(old, new))
    second, third = viewer.upload(old, clip), viewer.upload(new, clip)
    vodloom.processes["web"].stop()
    for name in BACKGROUND:
        vodloom.add(name).start()
    for video in (second, third):
        _wait_ready(vodloom, viewer, new, video)

    copied = vodloom.manage("move_storage")
    assert "1 copied. Everything is in the new place" in copied, "the original of the second"
    for name in ("OLD_MEDIA",):
        del vodloom.environment[name]
    for name in BACKGROUND:
        vodloom.processes[name].stop()
        vodloom.add(name).start()
    last = vodloom.start_web(name="web-last")
    vodloom.processes["web-new"].stop()
    (vodloom.data / "media").rename(vodloom.data / "media-gone")
    for video in (first, second, third):
        viewer.plays(last, video)
    assert vodloom.manage("fsck", "--deep") == "Rows and objects agree.\n"


def _wait_ready(vodloom: Vodloom, viewer: Viewer, url: str, video: str) -> None:
    try:
        wait_until(lambda: viewer.status(url, video) == "ready", f"{video} is ready", 180)
    except TimeoutError as error:
        raise AssertionError(vodloom.logs) from error
