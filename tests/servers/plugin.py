"""A pytest plugin that sets Django's environment before the settings are read.

pytest.ini names it. The settings read the environment once, when pytest-django loads them, so the
private PostgreSQL and Redis must run before that.
`TEST_DATABASE=sqlite` uses an SQLite file instead of PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import shared
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.redis import Redis, running_redis

# The operator's settings are not for tests, except these, such as the location of ffmpeg.
_KEPT = {"VODLOOM_FFMPEG", "VODLOOM_FFPROBE", "VODLOOM_SANDBOX", "VODLOOM_CORPUS"}
_OTHERS = {"DATABASE_URL", "DEBUG", "CSRF_TRUSTED_ORIGINS", "LOG_FORMAT"}


@dataclass
class Servers:
    """The servers that run during the whole test run."""

    redis: Redis
    postgres: Postgres | None
    """None with TEST_DATABASE=sqlite."""
    folder: Path


pytest_plugins = ["tests.servers.fixtures"]

SERVERS = pytest.StashKey[Servers]()
_CLEANUP = pytest.StashKey[ExitStack]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the servers before pytest-django loads the settings."""
    # Only a wrapper runs before pytest-django, which puts itself first.
    cleanup = ExitStack()
    early_config.stash[_CLEANUP] = cleanup
    early_config.add_cleanup(cleanup.close)
    servers = _start(cleanup)
    early_config.stash[SERVERS] = servers
    _set_environment(servers)
    return (yield)


def _start(cleanup: ExitStack) -> Servers:
    shared.begin()
    folder = Path(tempfile.mkdtemp(prefix="vodloom-tests-"))
    cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
    use_sqlite = os.environ.get("TEST_DATABASE") == "sqlite"
    return Servers(
        redis=cleanup.enter_context(running_redis()),
        postgres=None if use_sqlite else cleanup.enter_context(running_postgres()),
        folder=folder,
    )


def _set_environment(servers: Servers) -> None:
    for name in list(os.environ):
        if name in _OTHERS or (name.startswith(("S3_", "OLD_", "VODLOOM_")) and name not in _KEPT):
            del os.environ[name]
    (servers.folder / "static").mkdir()  # WhiteNoise warns if the folder is missing
    os.environ |= {
        "DATA": str(servers.folder),
        "SECRET_KEY": "a key for tests that is long enough and used nowhere else",
        "USE_HTTPS": "false",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "REDIS_URL": servers.redis.url,
        "LOG_FORMAT": "text",
    }
    if servers.postgres:
        os.environ["DATABASE_URL"] = servers.postgres.url("vodloom")


def pytest_report_header(config: pytest.Config) -> str:
    database = "PostgreSQL" if config.stash[SERVERS].postgres else "SQLite"
    return f"database: {database}"
