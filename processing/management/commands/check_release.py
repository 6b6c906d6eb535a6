"""Check the release that a video plays."""

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from processing.audit import release_audit
from processing.packaging import report
from videos.models import Release, Video


class Command(BaseCommand):
    """Print a line for each rendition and each finding. Exit with 1 when something is wrong."""

    help = "Check a video's release against the rules, and keep the report with it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments for the video and for the depth of the check."""
        parser.add_argument("video", type=UUID, help="id of a video")
        parser.add_argument(
            "--deep",
            action="store_true",
            help="read every stored file again, and decode the source",
        )
        parser.add_argument(
            "--decode", action="store_true", help="as --deep, and decode every frame"
        )

    def handle(self, *args: Any, video: UUID, deep: bool, decode: bool, **options: Any) -> None:
        """Check the video's release and print the report."""
        kept = release_audit.audit(_release_of(video), deep=deep, decode=decode, source=deep)
        for line in report.lines(kept):
            style = self.style.ERROR if line.startswith("wrong") else str
            self.stdout.write(style(line))
        if not kept["ok"]:
            sys.exit(1)


def _release_of(pk: UUID) -> Release:
    video = Video.objects.select_related("release").filter(pk=pk).first()
    if video is None:
        raise CommandError(f"There is no video {pk}.")
    if video.release is None or not video.release.is_complete:
        raise CommandError("The video has no complete release yet.")
    return video.release
