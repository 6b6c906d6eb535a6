"""Checks of what a web process needs to answer, and of what the whole installation needs besides.

Every probe runs `PROCESS`, which is cheap and leaves out all that the site can do without.
`INSTALLATION` is for monitoring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection

from processing.health import schema, servers
from processing.health.finding import CheckResult


@dataclass(frozen=True)
class Part:
    """A part to check, with its ``name`` and what the check ``needs``. A result stays valid for
    ``fresh`` seconds."""

    name: str
    check: Callable[[], CheckResult | Sequence[CheckResult]]
    needs: Literal["database", "other"]
    fresh: float = 1.0


_migrated = False


def database() -> CheckResult:
    """Check that the database answers and that every migration of this code was applied.

    Once all were applied, later calls only check that the database answers.
    """
    global _migrated  # noqa: PLW0603  # what this process has seen
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return CheckResult("Database", True, "answers")
    missing, _ = schema.difference()
    _migrated = not missing
    return CheckResult("Database", _migrated, _told(missing), "Run manage.py migrate.")


def static_files() -> CheckResult:
    """Check that this process knows the names of the collected static files, which pages need."""
    try:
        staticfiles_storage.url("css/site.css")
    except ValueError:
        return CheckResult("Static files", False, "not collected", "Run manage.py collectstatic.")
    return CheckResult("Static files", True, "collected")


def tables() -> CheckResult:
    """Check that the tables are those of this code, neither older nor newer."""
    missing, unknown = schema.difference()
    if missing:
        hint = "This code is newer than the tables: run manage.py migrate."
        return CheckResult("Tables", False, _told(missing), hint)
    hint = "The tables are newer than this code: start the new version of this process."
    return CheckResult("Tables", not unknown, _told(unknown), hint, lesser=True)


def writes() -> CheckResult:
    """Check that the database takes writes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only')")
            writable = cursor.fetchone() == ("off",)
    else:
        writable = os.access(connection.settings_dict["NAME"], os.W_OK)
    hint = "It is a standby, or was set read-only: point DATABASE_URL to the primary."
    return CheckResult("Database writes", writable, "taken" if writable else "read-only", hint)


def disk() -> CheckResult:
    """Check that this process's upload folder has room."""
    hint = "Free some disk space, or set DATA to a larger disk."
    try:
        found = os.statvfs(settings.UPLOAD_DIR)
    except OSError as error:
        return CheckResult(
            "Disk", False, str(error.strerror), "DATA must name a folder it can use."
        )
    has_room = found.f_bavail * found.f_frsize > settings.MIN_FREE_UPLOAD_BYTES
    return CheckResult("Disk", has_room, "has room" if has_room else "nearly full", hint)


PROCESS = (
    Part("Database", database, "database"),
    Part("Static files", static_files, "other"),
)
INSTALLATION = (
    Part("Tables", tables, "database", fresh=5),
    Part("Database writes", writes, "database", fresh=5),
    Part("Redis", servers.redis, "other", fresh=5),
    # Checked less often, since it writes, reads and deletes an object.
    Part("Storage", servers.storage_round_trip, "other", fresh=30),
    Part("Disk", disk, "other", fresh=5),
    Part("Workers", servers.workers, "database", fresh=5),
    Part("Reconciler", servers.reconciler, "database", fresh=5),
)


def _told(migrations: set[schema.Migration]) -> str:
    if not migrations:
        return "as this code needs them"
    some = ", ".join(f"{app} {name}" for app, name in sorted(migrations)[:3])
    more = len(migrations) - 3
    return f"{some} and {more} more" if more > 0 else some
