"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.app import Vodloom
from tests.servers.fixtures import StartVodloom
from tests.servers.plugin import SERVERS
from tests.servers.process import Process

pytest_plugins = [
    "tests.domain",
    "tests.left_running",
    "tests.quick_flush",
    "tests.sampled",
    "tests.shipped_plans",
    "tests.shipped_profiles",
    "tests.told_payloads",
]

# How long an example takes says more about the machine than about the code.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What works videos off is slow, whatever it looks at afterwards."""
    for item in items:
        if "work_off" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave the test database to go with its server or its folder.

    To drop it would fail the whole run if a thread still had a connection.
    """
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pytestconfig: pytest.Config) -> None:
    """Keep no connection over requests.

    SQLite's test database is a file: in memory, threads would share one connection.
    """
    from django.db import connections

    connections["default"].settings_dict["CONN_MAX_AGE"] = 0
    if pytestconfig.stash[SERVERS].postgres is None:
        file = pytestconfig.stash[SERVERS].folder / "test.sqlite3"
        connections["default"].settings_dict["TEST"]["NAME"] = str(file)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure the logs of the servers that the test used."""
    report = yield
    if report.failed:
        for process in servers_of(getattr(item, "funcargs", {})):
            state = "running" if process.is_running else "not running"
            report.sections.append((f"{process.name} ({state})", process.log_tail()))
    return report


def servers_of(fixtures: dict[str, object]) -> Iterator[Process]:
    """The processes behind a test's fixtures."""
    for value in fixtures.values():
        started = value.started if isinstance(value, StartVodloom) else [value]
        for vodloom in started:
            if isinstance(vodloom, Vodloom):
                yield from vodloom.processes.values()
        if isinstance(process := getattr(value, "process", None), Process):
            yield process
