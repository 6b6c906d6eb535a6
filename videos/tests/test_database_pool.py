"""A process has few connections to PostgreSQL, waits for one when they are in use, and finds a
server again that was away."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections
from pytest_django import DjangoDbBlocker

from config.postgresql.base import DatabaseWrapper
from processing.migration_lock import held
from tests.servers import pgbouncer
from tests.servers.pgbouncer import running_pgbouncer
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.process import wait_until

Wrap = Callable[[], DatabaseWrapper]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running_postgres() as postgres:
        yield postgres


@pytest.fixture(scope="module", params=["direct", "pgbouncer"])
def port(server: Postgres, request: pytest.FixtureRequest) -> Iterator[int]:
    """Where the server is reached, by itself and through a pooler."""
    if request.param == "direct":
        yield server.port
    elif pgbouncer.installed():
        with running_pgbouncer(server.port, connections=3) as pooler:
            yield pooler.port
    else:
        pytest.skip("pgbouncer is not installed")


@pytest.fixture
def wrap(port: int, django_db_blocker: DjangoDbBlocker) -> Iterator[Wrap]:
    """Makes what one thread has of the database, all of one process's pool of three."""
    first = DatabaseWrapper(_settings(port), alias="pooled")
    with django_db_blocker.unblock():  # it is a server of its own
        yield lambda: DatabaseWrapper(_settings(port), alias="pooled")
    first.close_pool()


def _settings(port: int) -> dict[str, Any]:
    options = {"pool": {"max_size": 3, "timeout": 60, "max_idle": 60}, "connect_timeout": 10}
    return connections["default"].settings_dict | {
        "ENGINE": "config.postgresql",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "NAME": "postgres",
        "USER": "postgres",
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def _ask(wrap: Wrap, question: str = "SELECT 1") -> Any:
    with closing(wrap()) as wrapper, wrapper.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def _others(asking: psycopg.Connection) -> int:
    """How many connections the server has beside the one that asks."""
    row = asking.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    ).fetchone()
    return int(row[0]) if row else 0


def test_fifty_at_once_share_three(wrap: Wrap, server: Postgres) -> None:
    seen: list[int] = []
    with (
        psycopg.connect(server.url(), autocommit=True) as asking,
        ThreadPoolExecutor(50) as threads,
    ):
        wait_until(lambda: _others(asking) == 0, "those of other tests are closed")
        asked = [threads.submit(_ask, wrap, "SELECT 1 FROM pg_sleep(0.05)") for _ in range(50)]
        while not all(one.done() for one in asked):
            seen.append(_others(asking))
    assert [one.result() for one in asked] == [1] * 50
    assert 0 < max(seen) <= 3


def test_who_waits_too_long_is_told(wrap: Wrap) -> None:
    holders = [wrap() for _ in range(3)]
    for holder in holders:
        holder.ensure_connection()
    waiting = wrap()
    waiting.pool.timeout = 0.2
    try:
        with pytest.raises(OperationalError):
            waiting.ensure_connection()
    finally:
        for holder in holders:
            holder.close()
    assert _ask(wrap) == 1


def test_a_server_that_is_away_is_told_at_once_and_found_at_once(
    wrap: Wrap, server: Postgres
) -> None:
    for wrapper in (held_ones := [wrap() for _ in range(3)]):
        wrapper.ensure_connection()
    for wrapper in held_ones:
        wrapper.close()  # three lie in the pool, and will be broken
    server.stop()
    try:
        with ThreadPoolExecutor(20) as threads:
            began = time.monotonic()
            asked = [threads.submit(_ask, wrap) for _ in range(20)]
            errors = [type(one.exception()) for one in asked]
            took = time.monotonic() - began
    finally:
        server.start()
    assert set(errors) == {OperationalError}
    assert took < 20
    _works_again(wrap)


def _works_again(wrap: Wrap) -> None:
    """A pooler in front needs a moment of its own; after that no question fails."""
    for _ in range(100):
        try:
            _ask(wrap)
            break
        except OperationalError:
            time.sleep(0.1)
    began = time.monotonic()
    assert [_ask(wrap) for _ in range(20)] == [1] * 20
    assert time.monotonic() - began < 20


def test_broken_ones_that_lie_there_are_thrown_away_unseen(wrap: Wrap, server: Postgres) -> None:
    for wrapper in (held_ones := [wrap() for _ in range(3)]):
        wrapper.ensure_connection()
    for wrapper in held_ones:
        wrapper.close()
    server.stop()
    server.start()
    _works_again(wrap)


def test_one_that_met_an_error_is_not_given_to_others(wrap: Wrap) -> None:
    wrapper = wrap()
    first = _number(wrapper)
    wrapper.close()
    assert _number(wrapper) == first
    with pytest.raises(Exception, match="no_such_table"), wrapper.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    wrapper.close()
    assert _number(wrapper) != first
    wrapper.close()


def _number(wrapper: DatabaseWrapper) -> int:
    wrapper.ensure_connection()
    return id(wrapper.connection)


def test_transactions_and_long_lists_work(wrap: Wrap) -> None:
    """What would hang on a session: server-side cursors and prepared statements."""
    wrapper = wrap()
    for _ in range(10):
        with closing(wrapper), wrapper.chunked_cursor() as cursor:
            cursor.execute("SELECT * FROM generate_series(1, 5000) WHERE %s > 0", [1])
            assert len(cursor.fetchmany(5000)) == 5000


def test_one_migration_at_a_time_through_a_pooler_too(wrap: Wrap) -> None:
    waited, release = threading.Event(), threading.Event()

    def second() -> None:
        with closing(wrap()) as wrapper, held(wrapper, waited.set):
            release.set()

    with closing(wrap()) as wrapper, held(wrapper, lambda: None):
        thread = threading.Thread(target=second)
        thread.start()
        assert waited.wait(20)
        assert not release.is_set()
    assert release.wait(20)
    thread.join()
