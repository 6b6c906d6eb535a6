"""One bad file stops nobody else: its owner is told, everybody else's clip is ready as ever."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest
import requests

from tests import hostile
from tests.servers.app import Vodloom
from tests.test_end_to_end import Owner, gone

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]

# How they may end: none is a video that anybody could watch.
_CODES = {
    "source_too_long",
    "source_too_large",
    "source_too_complex",
    "source_unsupported",
    "source_not_video",
    "source_truncated",
    "source_empty",
    "probe_timed_out",
    "encode_failed",
}
_MINUTE = 60.0
# Two workers share the machine, which others use as well; ratios are for benchmarks/neighbours.py.
_GENEROUS = 4.0


class Neighbour(Owner):
    """Another owner, who knows nothing of the bad file."""

    def __init__(self, vodloom: Vodloom) -> None:
        self.vodloom = vodloom
        script = (
            "from accounts.models import User;"
            "User.objects.filter(email='neighbour@example.com').exists()"
            " or User.objects.create_user('neighbour@example.com', 'a long password')"
        )
        vodloom.manage("shell", "--verbosity", "0", "-c", script)
        key = vodloom.manage("create_api_key", "neighbour@example.com", "--name", "test").strip()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"
        self.url = f"{vodloom.url}/api/v1/videos/"

    def seconds_until_ready(self, clip: Path) -> float:
        began = time.monotonic()
        video = self.wait_until_over(self.upload(clip)["id"])
        assert video["status"] == "ready", video["error"]
        return time.monotonic() - began


@pytest.fixture(scope="module")
def owner(vodloom: Vodloom) -> Owner:
    """Who hands the bad files in. The first user of all, so before the neighbour."""
    return Owner(vodloom)


@pytest.fixture(scope="module")
def neighbour(owner: Owner) -> Neighbour:
    return Neighbour(owner.vodloom)


@pytest.fixture(scope="module")
def alone(neighbour: Neighbour, clip: Path) -> float:
    """How long a clip takes by itself, in seconds."""
    neighbour.seconds_until_ready(clip)  # so that caches are warm
    return statistics.median(neighbour.seconds_until_ready(clip) for _ in range(3))


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_clip_beside_a_bad_file_is_ready_as_ever(
    name: str, owner: Owner, neighbour: Neighbour, alone: float, clip: Path, tmp_path: Path
) -> None:
    hostile.FILES[name](tmp_path / name)
    began = time.monotonic()
    bad = owner.upload(tmp_path / name)["id"]
    beside = neighbour.seconds_until_ready(clip)
    now = owner.wait_until_over(bad)
    took = time.monotonic() - began
    if name in hostile.PLAYABLE:
        assert now["status"] == "ready", now["error"]
        seconds = hostile.PLAYABLE[name]
        assert now["source"]["duration"] == pytest.approx(seconds, abs=0.1)
    else:
        assert now["status"] == "failed"
        assert now["error"]["code"] in _CODES
    assert took < _MINUTE
    assert beside < _GENEROUS * alone + 2


@pytest.mark.parametrize("name", hostile.FILES)
def test_canceling_a_bad_file_frees_its_worker(name: str, owner: Owner, tmp_path: Path) -> None:
    hostile.FILES[name](tmp_path / name)
    bad = owner.upload(tmp_path / name)["id"]
    owner.wait(bad, lambda now: now["progress"]["stage"] != "waiting" or now["status"] == "failed")
    answer = owner.session.post(f"{owner.url}{bad}/cancel/", timeout=60)
    assert answer.status_code in (202, 409)  # 409: it has failed already
    asked = time.monotonic()
    gone(owner.vodloom.data / "work")
    assert time.monotonic() - asked < 3
