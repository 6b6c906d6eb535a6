"""Make the index of the search by words anew."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from videos import search_index, spoken_index


class Command(BaseCommand):
    """Write the words of all videos again, some at a time: after the extension ``unaccent`` was
    added to PostgreSQL. It can be stopped, run again and run beside everything else."""

    help = "Makes PostgreSQL's index of the search by words anew."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and say how."""
        if connection.vendor != "postgresql":
            self.stdout.write("SQLite searches without an index.")
            return
        search_index.install(connection)
        search_index.fill(connection, anew=True)
        spoken_index.install(connection)
        spoken_index.fill(connection)
        how = "with" if search_index.uses_unaccent(connection) else "without"
        self.stdout.write(f"The words of all videos and captions were written {how} unaccent.")
