"""The SQLite database to move: opened read-only, with checks that no process still uses it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from processing.models import Reconciler, Worker
from processing.workers.registry import ALIVE_WITHIN

ALIAS = "moved"


class CannotMove(Exception):
    """Raised with a sentence that says why the database cannot be moved, and what to do."""


@contextmanager
def opened(path: Path) -> Iterator[BaseDatabaseWrapper]:
    """Open the database as the connection ``moved``, in one snapshot.

    Raises ``CannotMove`` if there is no such file, or at the end if the database was written to in
    the meantime.
    """
    if not path.is_file():
        raise CannotMove(f"There is no SQLite database {path}: name it with --from.")
    known = connections.settings
    known[ALIAS] = known["default"] | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"file:{quote(str(path.absolute()))}?mode=ro",
        "OPTIONS": {"timeout": 30},
        "CONN_MAX_AGE": 0,
    }
    connection = connections[ALIAS]
    try:
        before = _version(connection)
        with transaction.atomic(using=ALIAS):
            yield connection
        if _version(connection) != before:
            raise CannotMove(
                "Something wrote to the SQLite database meanwhile: stop web, workers and"
                " reconcilers, and move again."
            )
    finally:
        connection.close()
        del connections[ALIAS], known[ALIAS]


def require_still(path: Path) -> None:
    """Raise ``CannotMove`` if any process still uses the database."""
    since = timezone.now() - ALIVE_WITHIN
    for model in (Worker, Reconciler):
        alive = model._default_manager.using(ALIAS).filter(last_seen__gt=since)
        names = ", ".join(alive.values_list("pk", flat=True))
        if names:
            raise CannotMove(
                f"These still run on it, or ran half a minute ago: {names}. Stop them first, and"
                " the web processes too."
            )
    if holders := _holders(path):
        raise CannotMove(
            f"These processes have it open: {', '.join(holders)}. Stop web, workers, reconcilers"
            " and shells first."
        )


def require_migrated(connection: BaseDatabaseWrapper, what: str) -> None:
    """Raise ``CannotMove`` if the tables are not those of this version."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotMove(
            f"The tables of {what} are not those of this version: give `manage.py migrate` with"
            " it first."
        )


def _version(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master")  # makes SQLite read the file
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])


def _holders(path: Path) -> list[str]:
    """Return the visible other processes of this machine that have the database open."""
    names = {str(path.resolve()), f"{path.resolve()}-wal"}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            held = any(str(link.readlink()) in names for link in (process / "fd").iterdir())
            name = (process / "comm").read_text().strip() if held else ""
        except OSError:
            continue  # the process ended, or belongs to another user
        if held:
            found.append(f"{process.name} ({name})")
    return found
