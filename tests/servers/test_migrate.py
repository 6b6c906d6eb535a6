"""Several processes that migrate the same database at once wait for each other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["postgresql", pytest.param("sqlite", marks=pytest.mark.thorough)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data.sqlite3"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.create_database()


Manage = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def manage(database_url: str, tmp_path: Path) -> Iterator[Manage]:
    """A function that starts `manage.py` with arguments; the test's end stops what still runs."""
    started: list[subprocess.Popen[str]] = []
    environment = os.environ | {"DATABASE_URL": database_url, "DATA": str(tmp_path)}

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.thorough
def test_three_at_once_on_an_empty_database_all_succeed(manage: Manage) -> None:
    processes = [manage("migrate", "--verbosity", "0") for _ in range(3)]
    ends = [(process.communicate(timeout=110), process.returncode) for process in processes]
    assert [code for _, code in ends] == [0, 0, 0], ends
    assert any("waiting for it" in said[1] for said, _ in ends)
    looked = manage("migrate", "--check")
    assert looked.communicate(timeout=60)[1] == ""
    assert looked.returncode == 0


HOLDER = """
from django.db import connection
from processing import migration_lock
with migration_lock.held(connection, lambda: None):
    print("held", flush=True)
    input()
"""


@pytest.mark.thorough
def test_a_killed_one_lets_the_next_go_on(manage: Manage) -> None:
    first = manage("shell", "--verbosity", "0", "--command", HOLDER)
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    second = manage("migrate", "--verbosity", "0")
    assert second.stderr is not None
    assert "waiting for it" in second.stderr.readline()
    first.kill()
    second.communicate(timeout=110)
    assert second.returncode == 0


def test_one_that_only_looks_waits_for_nobody(manage: Manage) -> None:
    first = manage("shell", "--verbosity", "0", "--command", HOLDER)
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    looked = manage("migrate", "--check")
    looked.communicate(timeout=110)
    assert looked.returncode == 1
