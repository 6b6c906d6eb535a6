"""Move originals and outputs to another disk or bucket while the site runs."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from videos import installation
from videos.models import StoredObject
from videos.storage import StorageUnavailable
from videos.storage_move.moving import Move, NothingMoves, Progress

_TELL_EVERY_SECONDS = 5.0
_MEGABYTE = 1_000_000
_MOST_FAILED = 20


class Command(BaseCommand):
    """Copies the objects that only the old place has. Exit code 1 if an object could not be
    copied."""

    help = (
        "Copy everything from the place that OLD_MEDIA or OLD_S3_BUCKET names into the one that is"
        " in use, verified by hash. It may be stopped at any moment and started again. See"
        " docs/operations.md, Move the storage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--dry-run", action="store_true", help="only say how much there is")
        parser.add_argument(
            "--remove-source",
            action="store_true",
            help="when all is copied, delete in the old place what is in the new one",
        )
        parser.add_argument("--threads", type=int, default=4, help="objects at once (default 4)")

    def handle(
        self, *args: Any, dry_run: bool, remove_source: bool, threads: int, **options: Any
    ) -> None:
        """Copy the objects, and remove them from the old place if told to."""
        self._began = self._told_at = time.monotonic()
        try:
            moves = [Move(name) for name in StoredObject.Storage]
            allowed, sentence = installation.status()
            if not allowed:
                raise CommandError(f"{sentence} See `manage.py adopt_storage --dry-run`.")
            progress = _counted(moves)
            self.stdout.write(
                f"To be copied or compared: {progress.objects} objects, {_size(progress.bytes)}."
            )
            if not dry_run:
                audit.command("move_storage", remove_source=remove_source)
            if dry_run:
                self._say_what_would_go(moves if remove_source else [])
                return
            if not installation.may_delete():
                raise CommandError("The new place could not be marked as this installation's.")
            self._copy(moves, progress, threads)
            if remove_source:
                self._remove(moves)
        except NothingMoves as error:
            raise CommandError(
                "Nothing is moved: set OLD_MEDIA or OLD_S3_BUCKET to the place that is moved from,"
                " and S3_BUCKET, or nothing for the disk, to the new one."
            ) from error
        except StorageUnavailable as error:
            raise CommandError(f"A place does not answer: {error}. Start it again.") from error

    def _copy(self, moves: list[Move], progress: Progress, threads: int) -> None:
        for move in moves:
            move.run(progress, self._tell, threads=max(threads, 1))
        if progress.failed:
            for key in progress.failed[:_MOST_FAILED]:
                self.stderr.write(f"not copied: {key}")
            raise CommandError(f"{len(progress.failed)} objects could not be copied. Start again.")
        self.stdout.write(f"{progress.copied} copied. Everything is in the new place.")

    def _say_what_would_go(self, moves: list[Move]) -> None:
        for move in moves:
            count = sum(1 for _ in move.removable())
            self.stdout.write(
                f"{move.name}: {count} objects are in both places, and would be deleted in the old."
            )

    def _remove(self, moves: list[Move]) -> None:
        removed = sum(move.remove_source(lambda _: None) for move in moves)
        self.stdout.write(f"{removed} objects deleted in the old place.")

    def _tell(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._told_at < _TELL_EVERY_SECONDS:
            return
        self._told_at = now
        rate = progress.done_bytes / max(now - self._began, 0.001)
        left = max(progress.bytes - progress.done_bytes, 0) / max(rate, 1.0)
        minutes, seconds = divmod(round(left), 60)
        self.stderr.write(
            f"{progress.done_objects} of {progress.objects} objects,"
            f" {_size(progress.done_bytes)} of {_size(progress.bytes)}, {_size(int(rate))}/s,"
            f" {minutes // 60}:{minutes % 60:02d}:{seconds:02d} to go"
        )


def _counted(moves: list[Move]) -> Progress:
    progress = Progress()
    for move in moves:
        for one in move.pending():
            progress.objects += 1
            progress.bytes += one.size
    return progress


def _size(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} MB"
