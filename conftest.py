"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.servers.plugin import SERVERS

pytest_plugins = ["tests.servers.fixtures", "tests.domain"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pytestconfig: pytest.Config) -> None:
    """Give SQLite's test database a file: in memory, threads would share one connection."""
    from django.db import connections

    if pytestconfig.stash[SERVERS].postgres is None:
        file = pytestconfig.stash[SERVERS].folder / "test.sqlite3"
        connections["default"].settings_dict["TEST"]["NAME"] = str(file)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the logs of the product's processes with the failure of a test that started it."""
    report = yield
    start = getattr(item, "funcargs", {}).get("start_vodloom")
    if report.failed and start:
        for vodloom in start.started:
            report.sections.append((f"Vodloom at {vodloom.url}", vodloom.logs))
    return report
