"""Move an installation from SQLite to PostgreSQL."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from processing.database_move import moving
from processing.database_move.moving import Table
from processing.database_move.source import CannotMove

_TELL_EVERY_SECONDS = 5.0


class Command(BaseCommand):
    """Print a line for each table, with its number of rows and their checksum."""

    help = (
        "Copy all rows of a SQLite database into the PostgreSQL that DATABASE_URL names, which must"
        " be migrated and empty. The SQLite file is left as it is. Log-ins are not moved."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments for the source file and a dry run."""
        parser.add_argument(
            "--from",
            dest="path",
            type=Path,
            metavar="FILE",
            help="the SQLite file; vodloom.sqlite3 in the data folder by default",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="do everything, and take it back at the end"
        )

    def handle(self, *args: Any, path: Path | None, dry_run: bool, **options: Any) -> None:
        """Move the database."""
        self._told_at = time.monotonic()
        try:
            tables = moving.move(
                path or settings.DATA_DIR / "vodloom.sqlite3",
                report=self._report,
                progress=self._tell,
                dry_run=dry_run,
            )
        except CannotMove as error:
            raise CommandError(str(error)) from error
        rows = sum(table.checksum.rows for table in tables)
        if dry_run:
            self.stdout.write(f"{rows} rows would be moved; the PostgreSQL database is as it was.")
        else:
            self.stdout.write(
                f"{rows} rows were moved, compared, and their constraints checked. Keep"
                " DATABASE_URL as it is now, and start web, workers and reconcilers."
            )

    def _report(self, table: Table) -> None:
        changed = f", {table.cleaned} values without their NUL characters" if table.cleaned else ""
        self.stdout.write(f"{table.name:<40} {table.checksum.rows:>9} {table.checksum}{changed}")

    def _tell(self, table: Table) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_SECONDS:
            self._told_at = now
            self.stderr.write(f"{table.name}: {table.checksum.rows} rows so far")
