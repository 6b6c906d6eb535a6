"""Put right what was lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from processing.reconciler import Reconciler


class Command(BaseCommand):
    """One pass, or the service."""

    help = "Take back tasks of dead workers, wake idle ones, expire, purge and sweep."

    def add_arguments(self, parser: CommandParser) -> None:
        """Once or for ever."""
        parser.add_argument("--forever", action="store_true", help="pass every few seconds")

    def handle(self, *args: Any, forever: bool, **options: Any) -> None:
        """Reconcile."""
        if forever:
            Reconciler().run_forever()
        self.stdout.write(f"Reconciled: {Reconciler().run_once()}.")
