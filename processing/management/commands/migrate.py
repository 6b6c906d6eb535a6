"""Django's own command, once at a time: an app's command comes before that of the same name."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from processing import migration_lock


class Command(migrate.Command):
    """As Django's, but several at once (containers that start together) wait for each other."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; one that only looks waits for nobody."""
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        with migration_lock.held(connections[options["database"]], self._tell):
            super().handle(*args, **options)

    def _tell(self) -> None:
        self.stderr.write("Another process migrates this database: waiting for it to end …")
