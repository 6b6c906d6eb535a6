"""The end of a transactional test, without what costs most of such a short test's time.

Django truncates every table and makes permissions, content types and our profiles anew. Here, on
PostgreSQL, that is done once. From then on tables are made to hold again what they held after it,
and only those that hold anything else are written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

_SCHEMA = "after_a_flush"

_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> None:
    """Have every transactional test end this way."""
    if connection.vendor == "postgresql":
        TransactionTestCase._fixture_teardown = _restore  # type: ignore[attr-defined]


def _restore(case: Any) -> None:
    if not _kept():
        _flush(case)
        _keep()
        return
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        # As TRUNCATE does, wait for whoever still writes; and ask no foreign keys.
        cursor.execute(f"LOCK TABLE {', '.join(map(_quoted, names))} IN EXCLUSIVE MODE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        _empty(cursor, sorted(set(names) - set(_kept())))
        _refill(cursor, _kept())
    ContentType.objects.clear_cache()


def _kept() -> list[str]:
    """The tables that are not empty after a flush; none before the first one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [_SCHEMA])
        return [name for (name,) in cursor.fetchall()]


def _keep() -> None:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {_SCHEMA}")
        for name in _filled(cursor, names):
            cursor.execute(f"CREATE TABLE {_SCHEMA}.{_quoted(name)} AS TABLE {_quoted(name)}")


def _empty(cursor: Any, names: Sequence[str]) -> None:
    if filled := _filled(cursor, names):
        cursor.execute("; ".join(f"DELETE FROM {_quoted(name)}" for name in filled))


def _filled(cursor: Any, names: Sequence[str]) -> list[str]:
    asked = (f"SELECT '{name}' WHERE EXISTS (TABLE {_quoted(name)})" for name in names)
    cursor.execute(" UNION ALL ".join(asked))
    return [name for (name,) in cursor.fetchall()]


def _refill(cursor: Any, names: Sequence[str]) -> None:
    for name in names:
        now, then = _quoted(name), f"{_SCHEMA}.{_quoted(name)}"
        fewer, more = f"TABLE {then} EXCEPT ALL TABLE {now}", f"TABLE {now} EXCEPT ALL TABLE {then}"
        cursor.execute(f"SELECT EXISTS (({fewer}) UNION ALL ({more}))")
        if cursor.fetchone() != (False,):
            cursor.execute(f"DELETE FROM {now}; INSERT INTO {now} TABLE {then}")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
