"""The whole product as tests run it."""

from __future__ import annotations

import json
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


def _status(url: str, token: str) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
