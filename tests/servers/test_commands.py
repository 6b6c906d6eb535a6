"""Commands that run in a fork are those of manage.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.app import ROOT, Vodloom, environment_of
from tests.servers.process import ServerFailed
from tests.servers.redis import Redis

pytestmark = pytest.mark.slow


def test_each_gives_its_own_output_or_fails_with_its_own_words(
    tmp_path: Path, redis_server: Redis
) -> None:
    vodloom = Vodloom(environment_of(tmp_path, redis_server.url, ""), tmp_path, redis_server, ROOT)
    try:
        assert vodloom.manage("version").startswith("Vodloom ")
        with pytest.raises(ServerFailed, match="Unknown command: 'no_such_command'"):
            vodloom.manage("no_such_command")
        assert vodloom.manage("version").startswith("Vodloom ")
        vodloom.environment["SECRET_KEY"] = "short"
        with pytest.raises(ServerFailed, match="SECRET_KEY is too easy to guess"):
            vodloom.manage("check")
    finally:
        vodloom.stop_all()
