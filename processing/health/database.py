"""Check the database: whether it answers, takes changes, and has the tables of this code."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from processing.health.catalogue import database as kinds
from processing.health.finding import CheckResult, Kind, Level, well

NAME = "Database"
_SECONDS = 4
_OLDEST = 14
_FEW_LEFT = 20
_CLOCK_WARNING, _CLOCK_FAULT = 2.0, 20.0
_REFUSED_BY_SQLITE = {
    "readonly": kinds.FILE_READ_ONLY,
    "not a database": kinds.DAMAGED,
    "malformed": kinds.DAMAGED,
    "locked": kinds.LOCKED,
}
# Messages of libpq, PostgreSQL and pgBouncer, the most specific first. If a server uses another
# language, none matches and its own words are shown.
_SAID: tuple[tuple[str, Kind], ...] = (
    (r"could not translate host|failed to resolve host|Name or service not", kinds.UNKNOWN_HOST),
    (r"Connection refused|No such file or directory.*socket|\.s\.PGSQL", kinds.REFUSED),
    (r"timeout expired|timed out|No route to host|unreachable", kinds.SILENT),
    (r"no password supplied", kinds.NO_PASSWORD),
    (r"role .* does not exist|is not permitted to log in|no such user", kinds.NO_SUCH_ROLE),
    (r"authentication failed|password authentication", kinds.WRONG_PASSWORD),
    (r"database .* does not exist|no such database", kinds.NO_SUCH_DATABASE),
    (r"no pg_hba\.conf entry.*(no encryption|SSL off)", kinds.WANTS_TLS),
    (r"no pg_hba\.conf entry|pg_hba\.conf rejects|login rejected", kinds.NOT_ADMITTED),
    (r"does not support SSL", kinds.NO_TLS),
    (r"SSL required", kinds.WANTS_TLS),
    (r"response to SSL negotiation|lost synchron|expected authentication", kinds.NO_POSTGRES),
    (r"does not match host name", kinds.WRONG_NAME),
    (r"certificate verify failed|self.signed|certificate file .* does not exist", kinds.UNKNOWN_CA),
    (r"too many clients|connection slots|too many connections|no more connections", kinds.FULL),
    (r"starting up|shutting down|in recovery|not yet accepting|terminating", kinds.STARTING),
)  # fmt: skip


def database() -> list[CheckResult]:
    """Check that the database answers, takes changes, and has the tables of this code."""
    found = [finding for finding in _server() if not finding.ok]
    if any(finding.level is Level.FAULT for finding in found):
        return found
    return [*found, *_tables()] or [well(NAME, str(connection.display_name))]


def _server() -> Iterator[CheckResult]:
    return _postgres() if connection.vendor == "postgresql" else _sqlite()


def _postgres() -> Iterator[CheckResult]:
    told = _told()
    try:
        with _connected() as other:
            yield from _of_server(other, told)
    except psycopg.Error as error:
        yield _kind(str(error)).at(NAME, error=_one_line(error), **told)


def _connected() -> psycopg.Connection[Any]:
    """Open a separate connection, since Django's may wait for longer than a check may take."""
    given = connection.get_connection_params()
    wanted = {"connect_timeout": _SECONDS, "application_name": "vodloom doctor"}
    wanted["client_encoding"] = "utf8"  # else texts of a database without an encoding are bytes
    names = ("host", "port", "user", "password", "dbname")
    options = {
        name: value
        for name, value in given.items()
        if name in names or name.startswith(("ssl", "gss", "channel", "service", "passfile"))
    }
    return psycopg.connect(**{**options, **wanted}, autocommit=True)


def _told() -> dict[str, object]:
    given = connection.settings_dict
    host, port = given["HOST"] or "this machine", given["PORT"] or 5432
    where = f"{host}, port {port}"
    return {
        "host": host, "where": where, "user": given["USER"] or "its own", "database": given["NAME"],
    }  # fmt: skip


def _kind(said: str) -> Kind:
    flat = " ".join(said.split())
    return next((kind for words, kind in _SAID if re.search(words, flat, re.I)), kinds.OTHER)


def _one_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1].strip().rstrip(".") if str(error).strip() else ""


def _of_server(other: psycopg.Connection[Any], told: dict[str, object]) -> Iterator[CheckResult]:
    number = other.info.server_version
    if number // 10_000 < _OLDEST:
        yield kinds.TOO_OLD.at(NAME, version=f"{number // 10_000}.{number % 10_000}")
    if _value(other, "SHOW transaction_read_only") == "on":
        yield kinds.READ_ONLY.at(NAME)
    encoding = _value(other, "SHOW server_encoding")
    if encoding != "UTF8":
        yield kinds.NOT_UTF8.at(NAME, encoding=encoding)
    table = _value(other, _TABLE_NOT_ALLOWED)
    if table:
        yield kinds.NOT_ALLOWED.at(NAME, table=table, user=_value(other, "SELECT current_user"))
    if _value(other, _WORDS_WITH_ACCENTS):
        yield kinds.NO_UNACCENT.at(NAME)
    yield from _connections(other)
    # The clock comes last, so that its answer is read at once.
    yield from _clocks(
        time.time() - float(str(_value(other, "SELECT extract(epoch FROM clock_timestamp())")))
    )


_TABLE_NOT_ALLOWED = """
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT (
  has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
  AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
ORDER BY relname LIMIT 1
"""
_WORDS_WITH_ACCENTS = """
SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'videos_words'
AND pronamespace = current_schema()::regnamespace AND prosrc NOT LIKE '%unaccent%')
"""
_CONNECTIONS = """
SELECT current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""


def _value(other: psycopg.Connection[Any], asked: str) -> object:
    row = other.execute(asked).fetchone()
    return row[0] if row else None


def _connections(other: psycopg.Connection[Any]) -> Iterator[CheckResult]:
    row = other.execute(_CONNECTIONS).fetchone()
    if row and row[0] - row[1] < _FEW_LEFT:
        yield kinds.FEW_LEFT.at(NAME, limit=row[0], used=row[1])


def _clocks(ahead: float) -> Iterator[CheckResult]:
    if abs(ahead) < _CLOCK_WARNING:
        return
    kind = kinds.CLOCKS if abs(ahead) > _CLOCK_FAULT else kinds.CLOCKS_SLIGHTLY
    direction = "ahead of" if ahead > 0 else "behind"
    yield kind.at(NAME, seconds=round(abs(ahead)), direction=direction)


def _sqlite() -> Iterator[CheckResult]:
    file = str(connection.settings_dict["NAME"])
    try:
        with sqlite3.connect(file, timeout=_SECONDS, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("SELECT count(*) FROM sqlite_master")
            other.execute("ROLLBACK")
        other.close()
    except sqlite3.Error as error:
        said = str(error)
        fits = (kind for words, kind in _REFUSED_BY_SQLITE.items() if words in said)
        yield next(fits, kinds.NO_FILE).at(NAME, file=Path(file).name, error=said)


def _tables() -> list[CheckResult]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    found = []
    if plan:
        first = f"{plan[0][0].app_label}.{plan[0][0].name}"
        found.append(kinds.BEHIND.at(NAME, count=len(plan), first=first))
    if unknown := _unknown(executor):
        found.append(kinds.AHEAD.at(NAME, first=unknown[0]))
    return found


def _unknown(executor: MigrationExecutor) -> Sequence[str]:
    """Return the migrations applied to this code's apps that this code does not have."""
    known = executor.loader.disk_migrations
    replaced = {name for migration in known.values() for name in migration.replaces}
    applied = executor.loader.applied_migrations or {}
    ours = executor.loader.migrated_apps
    return sorted(
        f"{app}.{name}" for app, name in applied
        if app in ours and (app, name) not in known and (app, name) not in replaced
    )  # fmt: skip
