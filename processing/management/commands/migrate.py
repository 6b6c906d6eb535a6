"""Django's migrate command under a lock. An app's command replaces Django's of the same name."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from processing import migration_lock


class Command(migrate.Command):
    """Django's command, except that concurrent calls (containers starting together) take turns."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate under the lock. With --plan or --check no lock is taken."""
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        with migration_lock.held(connections[options["database"]], self._tell):
            super().handle(*args, **options)

    def _tell(self) -> None:
        self.stderr.write("Another process migrates this database: waiting for it to end …")
