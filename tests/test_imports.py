"""Imports by the real processes of the product, which are killed meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_server import Asked, BadServer, Wire, serving, whole
from tests.servers.fixtures import StartVodloom
from tests.servers.process import wait_until
from tests.test_end_to_end import Owner

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


@pytest.fixture
def server() -> Iterator[BadServer]:
    """A server with a file."""
    with serving() as server:
        yield server


@pytest.mark.alone
def test_a_worker_that_is_killed_while_it_downloads_loses_nothing(
    start_vodloom: StartVodloom, server: BadServer, clip: Path
) -> None:
    body = clip.read_bytes()
    half, good = len(body) // 2, whole(body)

    def half_of_it(asked: Asked, wire: Wire) -> None:
        if len(server.asked) > 1:
            good(asked, wire)
            return
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        wire.answer(200, body[:half], length=len(body), ETag=etag)
        wire.wait(300)

    url = server.at("/sea.mp4", half_of_it)
    vodloom = start_vodloom(VODLOOM_FETCH_PRIVATE="127.0.0.0/8")
    owner = Owner(vodloom)
    sha256 = hashlib.sha256(body).hexdigest()
    answer = owner.session.post(f"{owner.url}import/", json={"url": url, "sha256": sha256})
    assert answer.status_code == 202, answer.text
    fetched = vodloom.data / "fetch"
    wait_until(
        lambda: any(path.stat().st_size == half for path in fetched.glob("*.part")), "half is here"
    )
    vodloom.kill("light")
    vodloom.start("light")
    video = owner.wait_until_over(answer.json()["video"]["id"])
    assert video["status"] == "ready", video["error"]
    assert video["source"]["sha256"] == sha256
    assert [asked.headers.get("range") for asked in server.asked] == [None, f"bytes={half}-"]
    wait_until(lambda: not any(fetched.iterdir()), "nothing is left")
    assert "sea.mp4" not in vodloom.logs
