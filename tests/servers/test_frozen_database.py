"""A web process keeps answering while the database accepts connections and says nothing."""

from __future__ import annotations

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.fixtures import StartVodloom
from tests.servers.postgres import running_postgres
from tests.servers.process import wait_until

pytestmark = [pytest.mark.alone, pytest.mark.thorough, pytest.mark.timeout(300)]

TOKEN = "a-token-for-monitoring-that-nobody-guesses"


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(one for child in below for one in family(child))]


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    held = family(pid)
    try:
        for one in held:
            os.kill(one, signal.SIGSTOP)
        yield
    finally:
        for one in held:
            os.kill(one, signal.SIGCONT)


def status(url: str) -> tuple[int, float]:
    """Return the status of an answer and the seconds it took."""
    began = time.monotonic()
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            found = answer.status
    except urllib.error.HTTPError as error:
        found = error.code
    return found, time.monotonic() - began


def test_probes_answer_in_time_and_see_it_come_back(start_vodloom: StartVodloom) -> None:
    with running_postgres() as postgres:
        vodloom = start_vodloom(
            DATABASE_URL=postgres.create_database(), VODLOOM_MONITORING_TOKEN=TOKEN
        )
        assert status(f"{vodloom.url}/readyz")[0] == 200
        with frozen(postgres.process.pid):
            for path in ("/readyz", "/healthz", "/readyz?all=1", "/readyz", "/healthz"):
                time.sleep(1.5)  # the last result is reused for a second
                found, seconds = status(f"{vodloom.url}{path}")
                assert found == (200 if path == "/healthz" else 503)
                assert seconds < 3.5
        wait_until(lambda: status(f"{vodloom.url}/readyz")[0] == 200, "ready again")
        vodloom.stop_all()
