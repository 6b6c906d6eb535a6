"""A viewer can watch a release to its end while the video is reprocessed."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from tests.browser.conftest import draw
from tests.browser.people import Person
from tests.browser.viewers import watching
from tests.servers.app import Vodloom
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(300)]

SECONDS = 12


def test_a_viewer_who_began_before_a_reprocess_plays_to_the_end(
    person: Person, chromium: Browser, tmp_path: Path
) -> None:
    site: Vodloom = person.site
    video = person.upload(draw(tmp_path / "bars.mp4", "320x180", seconds=SECONDS))
    before = person.wait_until_over(video)
    assert before["status"] == "ready"
    old = before["playback"]["hls"]
    with ExitStack() as cleanup:
        # The player buffers two seconds, so it fetches most of the video afterwards.
        viewer = cleanup.enter_context(watching(chromium, site, "hls", old, ahead=2))
        viewer.play()
        viewer.reach(0.2)
        viewer.page.evaluate("document.querySelector('video').pause()")

        assert person.ask("POST", f"/api/v1/videos/{video}/reprocess/").status_code == 202
        wait_until(lambda: _release(person, video) != _name(old), "it is replaced", 120)
        for _ in range(2):
            site.manage("reconcile")

        viewer.play_to_the_end(rate=2)
        account = viewer.account
    assert account["complaints"] == []
    assert [[round(edge) for edge in whole] for whole in account["played"]] == [[0, SECONDS]]
    assert requests.get(old, timeout=60).status_code == 200


def _release(person: Person, video: str) -> str:
    return _name(person.ask("GET", f"/api/v1/videos/{video}/").json()["playback"]["hls"])


def _name(address: str) -> str:
    return address.split("/")[-3]
