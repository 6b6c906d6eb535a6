"""Compare the database's migrations with those of this code."""

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Migration = tuple[str, str]


@cache
def ours() -> frozenset[Migration]:
    """Return the migrations of this code. They are read once, which takes a moment."""
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations)


def difference() -> tuple[set[Migration], set[Migration]]:
    """Return the migrations not applied, and the applied ones that this code does not know.

    Raises ``DatabaseError``.
    """
    applied = set(MigrationRecorder(connection).applied_migrations())
    known = ours()
    apps = {app for app, _ in known}
    return set(known - applied), {one for one in applied - known if one[0] in apps}
