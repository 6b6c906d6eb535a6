"""Run the duties of the reconciler."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.logs import process
from processing.reconciler import by_hand
from processing.reconciler.loop import Service


class Command(BaseCommand):
    """Run every duty once, or run the reconciler service."""

    help = (
        "Run each duty of the reconciler once and say what it did; exit code 1 when one failed. "
        "With --forever: run them at their intervals, beside any number of other reconcilers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the argument that chooses the service."""
        parser.add_argument("--forever", action="store_true", help="run until told to stop")

    def handle(self, *args: Any, forever: bool, **options: Any) -> None:
        """Run the service, or each duty once with a line for each."""
        if forever:
            process.begin("reconciler")
            Service().run_forever()
            return
        self.stdout.write(f"{'duty':<20} {'count':>6} {'ms':>8}  error")
        failed = False
        for done in by_hand.run_each():
            failed = failed or bool(done.error)
            line = f"{done.duty:<20} {done.count:>6} {done.seconds * 1000:>8.1f}  {done.error}"
            self.stdout.write(line.rstrip())
        if failed:
            sys.exit(1)
