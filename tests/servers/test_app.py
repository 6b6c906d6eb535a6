"""The whole product as tests run it."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
import urllib.request

import pytest

from tests.servers.app import Vodloom
from tests.servers.fixtures import StartVodloom
from tests.servers.process import ServerFailed, wait_until

pytestmark = pytest.mark.alone


def test_it_serves_and_works(vodloom: Vodloom) -> None:
    with urllib.request.urlopen(f"{vodloom.url}/readyz") as answer:
        assert json.load(answer)["ready"]
    key = vodloom.manage("create_demo_user")
    assert "@" in key
    with pytest.raises(ServerFailed, match="no_such_command"):
        vodloom.manage("no_such_command")


def test_a_killed_process_can_be_started_again(vodloom: Vodloom) -> None:
    vodloom.kill("web")
    assert not vodloom.processes["web"].is_running
    vodloom.start("web")
    vodloom.restart("encode")
    assert all(process.is_running for process in vodloom.processes.values())


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["moto_server", "rclone_s3"])
def test_it_is_ready_on_s3(
    name: str, start_vodloom: StartVodloom, request: pytest.FixtureRequest
) -> None:
    vodloom = start_vodloom(s3=request.getfixturevalue(name))
    with urllib.request.urlopen(f"{vodloom.url}/readyz") as answer:
        assert json.load(answer)["ready"]


@pytest.mark.thorough
def test_losing_redis_takes_no_process_away_but_is_told_and_mended(
    start_vodloom: StartVodloom,
) -> None:
    token = "a token for monitoring that nobody guesses".replace(" ", "-")
    vodloom = start_vodloom(VODLOOM_MONITORING_TOKEN=token)

    def status(path: str) -> int:
        return _status(f"{vodloom.url}{path}", token)

    wait_until(lambda: status("/readyz?all=1") == 200, "all is well")
    vodloom.redis.stop()
    wait_until(lambda: status("/readyz?all=1") == 503, "told")
    assert status("/readyz") == 200
    vodloom.redis.start()
    wait_until(lambda: status("/readyz?all=1") == 200, "mended")


def test_an_upload_on_its_way_outlives_the_signal_to_stop(vodloom: Vodloom) -> None:
    vodloom.manage("create_demo_user")
    key = vodloom.manage("create_api_key", "demo@example.com", "--name", "test").strip()
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    body = head + b"no film, as is found later" * 50_000 + b"\r\n--x--\r\n"
    connection = http.client.HTTPConnection(vodloom.url.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", "/api/v1/videos/")
    connection.putheader("Authorization", f"Bearer {key}")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[:-20])
    web = vodloom.processes["web"]
    uploads = vodloom.data / "uploads"
    wait_until(lambda: bool(list(uploads.glob("[!.]*"))), "the file arrives")
    web.ask_to_stop()
    wait_until(lambda: not _listens(vodloom), "it takes nothing more")
    connection.send(body[-20:])
    assert connection.getresponse().status == 201
    connection.close()
    wait_until(lambda: not web.is_running, "it ends")
    assert list(uploads.glob("[!.]*")) == [], "only the name of the folder stays"
    vodloom.start("web")


def _listens(vodloom: Vodloom) -> bool:
    host, _, port = vodloom.url.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def _status(url: str, token: str) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
