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


def test_losing_redis_is_told_and_mended(vodloom: Vodloom) -> None:
    vodloom.redis.stop()
    wait_until(lambda: _status(vodloom) == 503, "not ready without Redis")
    vodloom.redis.start()
    wait_until(lambda: _status(vodloom) == 200, "ready again")


def _status(vodloom: Vodloom) -> int:
    try:
        with urllib.request.urlopen(f"{vodloom.url}/readyz") as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
