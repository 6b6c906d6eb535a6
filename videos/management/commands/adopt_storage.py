"""Make the storages this database's, after a restore or a move."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from videos import installation, storage_survey
from videos.storage import StorageUnavailable
from videos.storage_identity import SENTENCES, Unmarked, Verdict


class Command(BaseCommand):
    """Prints what it finds first. Exit code 1 if another installation uses the storages."""

    help = (
        "Make the storages this database's, so that objects are deleted again: after a restore from"
        " a backup. What the database does not know by then is never deleted by itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--dry-run", action="store_true", help="only say what is found")
        parser.add_argument(
            "--take-over",
            action="store_true",
            help="though another installation marked the storages, or used them just now",
        )

    def handle(self, *args: Any, dry_run: bool, take_over: bool, **options: Any) -> None:
        """Report the state, and adopt the storages."""
        try:
            self._tell()
            others = _others()
            if dry_run:
                return
            if others and not take_over:
                raise CommandError(f"{others} Stop it, or see --take-over.")
            installation.adopt()
            audit.command("adopt_storage", take_over=take_over)
        except StorageUnavailable as error:
            raise CommandError(f"A storage does not answer: {error}") from error
        self.stdout.write("The storages are this database's from now on.")

    def _tell(self) -> None:
        found = storage_survey.survey()
        self.stdout.write(SENTENCES[installation.verdict()])
        for guest in installation.guests():
            self.stdout.write(f"Another database left its note: {guest}.")
        self.stdout.write(
            f"Releases: {found.releases} stored, {found.unknown_releases} of them unknown to the"
            f" database; {found.missing_releases} that it knows are not stored."
        )
        self.stdout.write(
            f"Originals: {found.originals} stored, {found.unknown_originals} of them unknown to the"
            f" database; {found.missing_originals} that it knows are not stored."
        )


def _others() -> str:
    """Return a sentence about another owner of the storages, or an empty string."""
    if installation.verdict() is Verdict.OTHER:
        return SENTENCES[Verdict.OTHER]
    lately = time.time() - 2 * installation.INTERVAL_SECONDS
    own = installation.row()
    for found in installation.marks():
        if isinstance(found, Unmarked) or found.epoch in own.epochs:
            continue
        if found.renewed_at > lately:
            return "A copy of this database used the storages within the last ten minutes."
    return ""
