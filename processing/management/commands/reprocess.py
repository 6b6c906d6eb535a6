"""Process videos again."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from processing import services
from videos.models import Video


class Command(BaseCommand):
    """By id, or all that failed."""

    help = "Process videos again; ready ones keep playing until the new release is complete."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which videos."""
        parser.add_argument("ids", nargs="*", type=UUID, help="ids of videos")
        parser.add_argument("--failed", action="store_true", help="all failed videos")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(
        self, *args: Any, ids: list[UUID], failed: bool, dry_run: bool, **options: Any
    ) -> None:
        """Reprocess each, saying so."""
        if not ids and not failed:
            raise CommandError("Name videos by id, or say --failed.")
        started = 0
        for video in self._chosen(ids, failed).select_related("source").iterator():
            started += self._reprocess(video, dry_run=dry_run)
        verb = "would be reprocessed" if dry_run else "reprocessed"
        self.stdout.write(f"{started} {verb}.")

    def _chosen(self, ids: list[UUID], failed: bool) -> QuerySet[Video]:
        videos = Video.objects.filter(deleted_at=None).order_by("id")
        if failed:
            videos = videos.filter(status=Video.Status.FAILED)
        if not ids:
            return videos
        chosen = videos.filter(pk__in=ids)
        missing = set(ids) - set(chosen.values_list("pk", flat=True))
        if missing:
            raise CommandError(f"No such video: {', '.join(map(str, sorted(missing)))}.")
        return chosen

    def _reprocess(self, video: Video, *, dry_run: bool) -> bool:
        label = f"{video.pk} {video}"
        if video.source is None:
            self.stderr.write(f"{label}: has no stored original, skipped")
            return False
        if not dry_run:
            try:
                services.reprocess(video)
            except services.AlreadyProcessing:
                self.stderr.write(f"{label}: is being processed, skipped")
                return False
        self.stdout.write(label)
        return True
