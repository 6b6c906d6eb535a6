"""Delete objects that no row names, at the operator's explicit request."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import audit
from videos import installation, objects
from videos.models import StoredObject
from videos.objects import unknown
from videos.storage import StorageUnavailable

_LEAST_DAYS = 1.0


class Command(BaseCommand):
    """Prints a line for each unknown object; deletes those with a key of our form that are old
    enough."""

    help = "List the objects the database does not know, and delete those of the product's making."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--dry-run", action="store_true", help="only list them")
        parser.add_argument(
            "--older-than", type=float, default=7.0, metavar="DAYS", help="7 by default, at least 1"
        )

    def handle(self, *args: Any, dry_run: bool, older_than: float, **options: Any) -> None:
        """List the objects and mark those to delete; the reconciler deletes the marked ones."""
        if older_than < _LEAST_DAYS:
            raise CommandError("Younger than a day may be just being written: --older-than 1.")
        allowed, sentence = installation.status()
        if not allowed and not dry_run:
            raise CommandError(sentence)
        try:
            if not dry_run and (guests := installation.guests()):
                raise CommandError(
                    f"Another database uses the storages too: {', '.join(guests)}. See `manage.py"
                    " adopt_storage --dry-run`."
                )
            if not dry_run:
                audit.command("sweep_storage", older_than_days=older_than)
            marked = sum(
                self._sweep(name, older_than, dry_run=dry_run) for name in StoredObject.Storage
            )
        except StorageUnavailable as error:
            raise CommandError(f"A storage does not answer: {error}") from error
        done = "would be deleted" if dry_run else "are deleted by the reconciler's next pass"
        self.stdout.write(f"{marked} {done}.")

    def _sweep(self, name: StoredObject.Storage, days: float, *, dry_run: bool) -> int:
        until = timezone.now() - timedelta(days=days)
        since = datetime.min.replace(tzinfo=UTC)
        marked = 0
        for one in unknown.every(name):
            goes = one.modified < until and unknown.deletable(name, [one], since=since)
            marked += bool(goes)
            said = "delete" if goes else "keep"
            self.stdout.write(f"{said:7}{one.size:>14} {one.modified:%Y-%m-%d} {name}/{one.key}")
            if goes and not dry_run:
                objects.mark_found(name, [one])
        return marked
