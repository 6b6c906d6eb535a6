"""A worker restarts itself on SIGHUP with the arguments it was started with."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.servers.app import Vodloom, running_vodloom
from tests.servers.redis import Redis

_DEADLINE_SECONDS = 60


@pytest.mark.thorough
def test_a_worker_begins_anew_at_sighup(tmp_path: Path, redis_server: Redis) -> None:
    with running_vodloom(tmp_path / "data", redis=redis_server) as vodloom:
        before = _wait_for_another(vodloom, than="")
        vodloom.processes["light"].send(signal.SIGHUP)
        after = _wait_for_another(vodloom, than=before)
        assert vodloom.processes["light"].is_running
    assert before.partition(" ")[2] == after.partition(" ")[2], "its queues"


def _wait_for_another(vodloom: Vodloom, *, than: str) -> str:
    """Wait until the only light worker is another process; return its process id and queues."""
    ask = (
        "from processing.models import Worker\n"
        "for w in Worker.objects.filter(queues__icontains='media'): print(w.pid, w.queues)"
    )
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        told = vodloom.manage("shell", "-v0", "-c", ask).strip()
        if told and "\n" not in told and told.split()[0] not in than.split()[:1]:
            return told
    raise AssertionError(f"It did not begin anew: {told}")
