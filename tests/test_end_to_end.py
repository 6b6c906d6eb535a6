"""The product as its real processes: a real clip in by HTTP, adaptive HLS out."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from tests.servers.app import Vodloom
from tests.servers.fixtures import StartVodloom
from tests.servers.plugin import SERVERS
from tests.servers.process import ServerFailed, wait_until
from tests.servers.s3 import S3

pytestmark = pytest.mark.timeout(300)

DEADLINE_SECONDS = 150


@pytest.fixture(scope="module")
def hasty(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vodloom]:
    """The whole product, which soon notices that a worker has died."""
    shared = pytestconfig.stash[SERVERS].postgres
    with ExitStack() as cleanup:
        start = StartVodloom(tmp_path_factory, shared, cleanup)
        yield start(DJANGO_SETTINGS_MODULE="tests.ingest.settings")


class Owner:
    """Somebody with an API key, over HTTP."""

    def __init__(self, vodloom: Vodloom) -> None:
        self.vodloom = vodloom
        vodloom.manage("create_demo_user")
        key = vodloom.manage("create_api_key", "demo@example.com", "--name", "test").strip()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"
        self.url = f"{vodloom.url}/api/v1/videos/"

    def upload(self, path: Path) -> dict[str, Any]:
        with path.open("rb") as file:
            answer = self.session.post(self.url, files={"file": file}, timeout=60)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def get(self, video: str) -> dict[str, Any]:
        return dict(self.session.get(f"{self.url}{video}/", timeout=60).json())

    def wait(self, video: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not reached(now := self.get(video)):
            assert time.monotonic() < deadline, f"still {now['status']}: {now['progress']}"
            time.sleep(0.1)  # the interval of polling; the deadline is above
        return now

    def wait_until_over(self, video: str) -> dict[str, Any]:
        return self.wait(video, lambda now: now["status"] in ("ready", "failed", "canceled"))

    def address(self, video: dict[str, Any]) -> str:
        return str(video["playback"]["hls"])


def decode(address: str) -> list[int]:
    """Decode everything behind a playlist; the frames of each rung, largest first."""
    read = ["ffmpeg", "-v", "error", "-i", address, "-map", "0", "-f", "null", "-"]
    done = subprocess.run(read, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    count = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v"]
    count += ["-show_entries", "stream=nb_read_frames,height", "-of", "csv=p=0", address]
    rows = subprocess.run(count, capture_output=True, text=True, check=True, timeout=60).stdout
    streams = {
        tuple(map(int, row.strip(",").split(","))) for row in rows.split() if row[0].isdigit()
    }
    return [frames for _, frames in sorted(streams, reverse=True)]


def gone(folder: Path) -> None:
    """Wait until nothing is left in a folder of work."""
    deadline = time.monotonic() + 60
    while left := list(folder.iterdir()):
        assert time.monotonic() < deadline, f"{left} stays"
        time.sleep(0.1)  # the interval of polling; the deadline is above


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that takes some seconds to encode."""
    path = tmp_path_factory.mktemp("clips") / "long.mp4"
    frame = "testsrc2=size=1280x720:rate=30:duration=15"
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", frame]
    subprocess.run([*argv, "-c:v", "libx264", "-preset", "ultrafast", str(path)], check=True)
    return path


@pytest.mark.alone
@pytest.mark.parametrize(
    "store",
    [
        "moto_server",
        *(
            pytest.param(name, marks=pytest.mark.thorough)
            for name in ("disk", "seaweedfs", "rclone_s3")
        ),
    ],
)
def test_a_clip_goes_in_and_decodes_whole(
    store: str, start_vodloom: StartVodloom, request: pytest.FixtureRequest, clip: Path
) -> None:
    s3: S3 | None = None if store == "disk" else request.getfixturevalue(store)
    start_vodloom.every_picture = True
    vodloom = start_vodloom(s3)
    owner = Owner(vodloom)
    video = owner.wait_until_over(owner.upload(clip)["id"])
    assert video["status"] == "ready", video["error"]
    assert decode(owner.address(video)) == [75]
    playlist = requests.get(owner.address(video).replace("master", "180p"), timeout=60).text
    assert ("Signature" in playlist) == (store != "disk")
    offered = owner.wait(video["id"], lambda now: bool(now["playback"]["mp4"]))["playback"]["mp4"]
    download = requests.get(offered[0]["url"], timeout=60)
    assert (download.status_code, len(download.content)) == (200, offered[0]["size"])
    owner.wait(video["id"], lambda now: now["job"]["status"] == "succeeded")
    wait_until(lambda: not any((vodloom.data / "work").iterdir()), "the work folders are gone")
    assert list((vodloom.data / "uploads").glob("[!.]*")) == [], "only its name stays"
    _open_and_close(owner, video["id"])
    if store == "rclone_s3":
        # It answers no parts and knows no other origins: docs/operations.md, "Bucket".
        with pytest.raises(ServerFailed) as refused:
            vodloom.manage("doctor")
        said = str(refused.value)
        wrong = {"s3_public_without_range", "s3_cors_without_range"}
    else:
        said, wrong = vodloom.manage("doctor"), set()
    found = re.findall(r"^wrong .*\[(\w+)\]$", said, re.M)
    assert (set(found), len(found)) == (wrong, said.count("wrong "))


def _open_and_close(owner: Owner, video: str) -> None:
    """Anybody reads and plays it while it is open, and nobody a few seconds after it is hidden, or
    deleted."""
    one = f"{owner.url}{video}/"
    assert requests.get(one, timeout=60).status_code == 401
    for closing, about in (("PATCH", {"visibility": "private"}), ("DELETE", None)):
        owner.session.patch(one, json={"visibility": "unlisted"}, timeout=60)
        told = requests.get(one, timeout=60).json()
        paths = [told["playback"]["hls"], told["playback"]["dash"], told["poster"]]
        given = [urljoin(owner.vodloom.url, path) for path in paths]
        given += [urljoin(owner.vodloom.url, offered["url"]) for offered in told["playback"]["mp4"]]
        given.append(given[0].replace("master", "180p"))
        _wait_for(200, given)
        lines = requests.get(given[-1], timeout=60).text.splitlines()
        segment = urljoin(given[-1], next(line for line in lines if line[0] != "#"))
        given += [segment] if segment.startswith(owner.vodloom.url) else []
        _wait_for(200, given)
        answer = owner.session.request(closing, one, json=about, timeout=60)
        assert answer.status_code in (200, 204)
        _wait_for(403, given)
        assert requests.get(one, timeout=60).status_code == 401
    assert owner.session.post(f"{one}restore/", timeout=60).status_code == 200


def _wait_for(status: int, addresses: list[str]) -> None:
    """Until all are answered so, which takes a few seconds at most."""

    def are() -> set[int]:
        return {requests.get(one, timeout=60).status_code for one in addresses}

    wait_until(lambda: are() == {status}, f"all are answered {status}", 30)


@pytest.mark.thorough
@pytest.mark.alone
def test_media_without_a_token_is_403(vodloom: Vodloom, clip: Path) -> None:
    owner = Owner(vodloom)
    video = owner.wait_until_over(owner.upload(clip)["id"])
    *_, m, token, release, name = video["playback"]["hls"].split("/")
    for path in (f"{m}/{release}/{name}", f"{m}/x{token}/{release}/{name}"):
        assert requests.get(f"{vodloom.url}/{path}", timeout=60).status_code == 403


@pytest.mark.thorough
def test_a_worker_killed_in_the_middle_delays_and_loses_nothing(
    hasty: Vodloom, long_clip: Path
) -> None:
    owner = Owner(hasty)
    video = owner.upload(long_clip)["id"]
    owner.wait(video, lambda now: now["progress"]["stage"] == "encoding")
    owner.wait(video, lambda now: now["progress"]["percent"] > 5)
    hasty.kill("encode")
    hasty.start("encode")
    now = owner.wait_until_over(video)
    assert now["status"] == "ready", now["error"]
    assert decode(owner.address(now))[0] == 450
    gone(hasty.data / "work")


@pytest.mark.thorough
@pytest.mark.alone
def test_a_stopping_worker_hands_its_task_back_at_once(vodloom: Vodloom, long_clip: Path) -> None:
    owner = Owner(vodloom)
    video = owner.upload(long_clip)["id"]
    owner.wait(video, lambda now: now["progress"]["percent"] > 5)
    begun = time.monotonic()
    vodloom.restart("encode")
    owner.wait(video, lambda now: now["progress"]["stage"] == "encoding")
    assert time.monotonic() - begun < 15
    owner.wait(video, lambda now: now["progress"]["percent"] > 50)


@pytest.mark.slow
def test_canceling_ends_ffmpeg_and_leaves_nothing(hasty: Vodloom, long_clip: Path) -> None:
    owner = Owner(hasty)
    video = owner.upload(long_clip)["id"]
    owner.wait(video, lambda now: now["progress"]["percent"] > 5)
    answer = owner.session.post(f"{owner.url}{video}/cancel/", timeout=60)
    assert answer.json()["status"] == "canceled"
    gone(hasty.data / "work")
    assert owner.get(video)["status"] == "canceled"


@pytest.mark.thorough
@pytest.mark.alone
def test_losing_redis_loses_only_time(vodloom: Vodloom, clip: Path) -> None:
    owner = Owner(vodloom)
    vodloom.redis.stop()
    video = owner.upload(clip)["id"]
    vodloom.redis.start()
    vodloom.redis.flush()
    assert owner.wait_until_over(video)["status"] == "ready"


@pytest.mark.thorough
@pytest.mark.alone
def test_a_body_over_the_limit_is_refused_without_reading_on(
    start_vodloom: StartVodloom, tmp_path: Path
) -> None:
    vodloom = start_vodloom(VODLOOM_MAX_POST_BYTES="1000000")
    owner = Owner(vodloom)

    sent = 0

    def endless() -> Any:
        nonlocal sent
        for _ in range(200):
            sent += 1_000_000
            yield b"x" * 1_000_000

    try:
        answer = owner.session.post(owner.url, data=endless(), timeout=60)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # closed on us while we were still sending: not read on either
    assert sent < 100_000_000
    path = tmp_path / "large.mp4"
    path.write_bytes(b"x" * 2_000_000)
    with path.open("rb") as file:
        answer = owner.session.post(owner.url, files={"file": file}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "import_file" in answer.json()["detail"]
