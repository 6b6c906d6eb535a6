"""tus-js-client from npm, unmodified, over a line that is cut again and again."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.clients import tools
from tests.servers.app import Vodloom
from tests.servers.cutting_proxy import CuttingProxy, running

PINS = Path(__file__).parent / "tus"
MB = 1000**2
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def key(vodloom: Vodloom) -> str:
    vodloom.manage("create_demo_user")
    return vodloom.manage("create_api_key", "demo@example.com", "--name", "tus").strip()


def _file(folder: Path, size: int) -> tuple[Path, str]:
    """Write a file of the size; return its path and its SHA-256."""
    path, digest = folder / "film.mp4", hashlib.sha256()
    with path.open("wb") as file:
        for number in range(0, size, MB):
            block = hashlib.shake_128(str(number).encode()).digest(min(MB, size - number))
            digest.update(block)
            file.write(block)
    return path, digest.hexdigest()


def _upload(
    proxy: CuttingProxy, key: str, file: Path, parallel: int, path: str = "/api/v1/tus/"
) -> str:
    folder = tools.node_tools(PINS)
    endpoint = f"http://127.0.0.1:{proxy.own_port}{path}"
    node = str(tools.node() / "node")
    script = str(PINS / "upload.mjs")
    printed = tools.run([node, script, endpoint, str(file), str(parallel)], folder, KEY=key)
    return printed.strip().rpartition("/")[2]


def _source_of(vodloom: Vodloom, upload_id: str) -> tuple[str, int]:
    """Return the SHA-256 and size of the source that an upload came to."""
    told = vodloom.manage("shell", "-v", "0", "-c", _ASK.format(upload_id))
    found = json.loads(told.strip().splitlines()[-1])
    return found["sha256"], found["size"]


_ASK = """
import json, time
from videos.models import Source, Upload
end = time.monotonic() + 60
while (upload := Upload.objects.get(pk="{}")).finished_at is None and time.monotonic() < end:
    time.sleep(0.1)
source = Source.objects.get(key=upload.key)
print(json.dumps({{"sha256": source.sha256, "size": source.size}}))
"""


def _port(vodloom: Vodloom) -> int:
    port = urlsplit(vodloom.url).port
    assert port is not None
    return port


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_file_arrives_over_a_line_that_is_cut(
    vodloom: Vodloom, key: str, tmp_path: Path, parallel: int
) -> None:
    file, sha256 = _file(tmp_path, 20 * MB)
    with running(CuttingProxy(_port(vodloom), every=4 * MB, cuts=4)) as proxy:
        upload_id = _upload(proxy, key, file, parallel)
    assert proxy.done >= 4
    assert _source_of(vodloom, upload_id) == (sha256, 20 * MB)
    assert urllib.request.urlopen(f"{vodloom.url}/healthz").status == 200


def _delegate(vodloom: Vodloom, key: str) -> tuple[str, str]:
    """Return the id and the path of a new delegated upload, which takes 20 MB."""
    about = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    body = json.dumps({"max_size": 20 * MB}).encode()
    asked = urllib.request.Request(f"{vodloom.url}/api/v1/uploads/", body, about)
    with urllib.request.urlopen(asked) as answer:
        told = json.load(answer)
    return told["id"], urlsplit(told["url"]).path


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_file_arrives_at_a_delegated_address(
    vodloom: Vodloom, key: str, tmp_path: Path, parallel: int
) -> None:
    file, sha256 = _file(tmp_path, 20 * MB)
    upload_id, path = _delegate(vodloom, key)
    with running(CuttingProxy(_port(vodloom), every=4 * MB, cuts=4)) as proxy:
        where = _upload(proxy, "", file, parallel, path)
    assert proxy.done >= 4
    assert path.endswith(where)
    assert _source_of(vodloom, upload_id) == (sha256, 20 * MB)


@pytest.mark.parametrize("parallel", [1, 4])
def test_300_mb_arrive_with_ten_cuts_and_a_killed_server(
    vodloom: Vodloom, key: str, tmp_path: Path, parallel: int
) -> None:
    def kill(number: int) -> None:
        if number == 5:
            vodloom.kill("web")
            vodloom.start("web")

    file, sha256 = _file(tmp_path, 300 * MB)
    with running(CuttingProxy(_port(vodloom), every=25 * MB, cuts=10, at_cut=kill)) as proxy:
        upload_id = _upload(proxy, key, file, parallel)
        assert _source_of(vodloom, upload_id) == (sha256, 300 * MB)
    assert proxy.done == 10
    vodloom.restart("web")  # the one that runs ends with the proxy's thread, which started it
