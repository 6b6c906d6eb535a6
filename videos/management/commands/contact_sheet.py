"""Draw contact sheets of videos."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from videos import contact_sheets
from videos.models import Video
from videos.storage import outputs


class Command(BaseCommand):
    """Write a sheet for each video: its poster, the candidates with their scores, and all other
    pictures that were made of it."""

    help = "Draw the pictures of videos on sheets (JPEG), for people to look at."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments that say which videos, and where to."""
        parser.add_argument("ids", nargs="*", type=UUID, help="ids of videos")
        parser.add_argument("--all", action="store_true", help="all that play")
        parser.add_argument("--since", type=_moment, help="handed in since (2026-01-31 or ISO)")
        parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to")

    def handle(self, *args: Any, ids: list[UUID], out: Path, **options: Any) -> None:
        """Write the sheets and print their paths."""
        if not ids and not options["all"] and options["since"] is None:
            raise CommandError("Say which: ids, --all or --since.")
        videos = _chosen(ids, options["since"])
        if missing := set(ids) - {video.pk for video in videos}:
            raise CommandError(f"No such video plays: {', '.join(map(str, sorted(missing)))}.")
        out.mkdir(parents=True, exist_ok=True)
        for video in videos:
            self.stdout.write(str(_draw(video, out)))


def _chosen(ids: list[UUID], since: datetime | None) -> QuerySet[Video]:
    videos = Video.objects.filter(deleted_at=None, release__isnull=False).select_related("release")
    if ids:
        videos = videos.filter(pk__in=ids)
    if since is not None:
        videos = videos.filter(created_at__gte=since)
    return videos.order_by("id")


def _draw(video: Video, out: Path) -> Path:
    path = out / f"{video.pk}.jpg"
    title = f"{video.pk}  {video.title}"
    with tempfile.TemporaryDirectory() as folder:
        pictures = contact_sheets.shown(video)
        contact_sheets.draw(title, pictures, outputs(), Path(folder)).save(path, quality=88)
    return path


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        day = parse_date(text)
        if day is None:
            raise ValueError(text)
        found = datetime(day.year, day.month, day.day)  # made aware below
    return timezone.make_aware(found) if timezone.is_naive(found) else found
