"""Process videos again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from processing import profiles, remaking, services
from processing.management import pictures
from processing.monitoring import terminal
from processing.selection import VideoSelection
from videos.models import Video
from videos.objects import faults


class Command(BaseCommand):
    """Reprocess videos selected by id or other conditions, or only make their pictures again. All
    conditions that are given must hold. Broken ones of which only pictures are lost stay as they
    are, and get these again."""

    help = "Process videos again; ready ones keep playing until the new release is complete."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments that select videos and set how they are processed."""
        parser.add_argument("ids", nargs="*", type=UUID, help="ids of videos")
        parser.add_argument("--failed", action="store_true", help="those that failed")
        parser.add_argument("--error-code", default="", help="those that failed with this code")
        parser.add_argument("--stuck", action="store_true", help="processing, and nothing moves")
        parser.add_argument(
            "--broken",
            action="store_true",
            help="those fsck found broken; only pictures, if they lack no more",
        )
        parser.add_argument("--since", type=_moment, help="handed in since (2026-01-31 or ISO)")
        parser.add_argument("--owner", default="", metavar="EMAIL", help="of this owner")
        parser.add_argument("--profile", metavar="NAME", help="how; otherwise as the default says")
        parser.add_argument("--priority", type=int, help="higher goes first; default the plan's")
        parser.add_argument("--limit", type=int, help="at most so many, oldest first")
        parser.add_argument("--wait", action="store_true", help="with a bar until all are done")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        pictures.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Reprocess each selected video, or make its pictures again, and print its id."""
        kinds = pictures.kinds_of(options)
        wanted = VideoSelection(
            ids=tuple(options["ids"]),
            failed=options["failed"] or bool(options["error_code"]),
            error_code=options["error_code"],
            stuck=options["stuck"],
            broken=options["broken"],
            since=options["since"],
            owner=options["owner"],
            lacking=tuple(kinds) if options["missing"] else (),
        )
        if wanted == VideoSelection():
            raise CommandError(
                "Say which: ids, --failed, --stuck, --broken, --since, --owner or --missing."
            )
        known = profiles.names()
        if options["profile"] not in (None, *known):
            raise CommandError(f"No such profile. There are: {', '.join(known)}.")
        videos = self._chosen(wanted)[: options["limit"]]
        if kinds:
            pictures.Making(self, kinds, options).make(videos)
        else:
            self._mend(videos, wanted, options)

    def _mend(self, videos: list[Video], wanted: VideoSelection, options: dict[str, Any]) -> None:
        """Reprocess videos, or make only the pictures of those that lack nothing else."""
        alone = [video for video in videos if _lacks_only_pictures(video, options)]
        making = pictures.Making(self, (), options)
        jobs = making.queue(alone) if alone else []
        whole = [video for video in videos if video not in alone]
        if whole or not alone:
            self._reprocess_all(whole, wanted, options)
        making.wait(jobs)

    def _reprocess_all(
        self, videos: list[Video], wanted: VideoSelection, options: dict[str, Any]
    ) -> None:
        started = [video for video in videos if self._reprocess(video, wanted, options)]
        verb = "would be reprocessed" if options["dry_run"] else "reprocessed"
        self.stdout.write(f"{len(started)} {verb}.")
        if options["wait"] and started and not options["dry_run"]:
            self._wait(started)

    def _chosen(self, wanted: VideoSelection) -> list[Video]:
        videos = list(wanted.videos().select_related("source", "owner"))
        missing = set(wanted.ids) - {video.pk for video in videos}
        if missing:
            raise CommandError(f"No such video: {', '.join(map(str, sorted(missing)))}.")
        return videos

    def _reprocess(self, video: Video, wanted: VideoSelection, options: dict[str, Any]) -> bool:
        label = f"{video.pk} {video}"
        refusal = _why_not(video) or ("" if options["dry_run"] else _begin(video, wanted, options))
        if refusal:
            self.stderr.write(f"{label}: {refusal}, skipped")
            return False
        self.stdout.write(label)
        return True

    def _wait(self, videos: list[Video]) -> None:
        ended = terminal.wait_for([video.pk for video in videos])
        failed = [video for video in ended if video.status != Video.Status.READY]
        for video in failed:
            self.stderr.write(f"{video.pk} {video.error_code}: {video.error_message}")
        if failed:
            raise CommandError(f"{len(failed)} did not become ready.")


def _lacks_only_pictures(video: Video, options: dict[str, Any]) -> bool:
    """Whether only pictures of a broken video are to be made again, and it stays as it is."""
    by_parts = options["broken"] and not options["stuck"] and options["profile"] is None
    return by_parts and bool(remaking.lost(video))


def _why_not(video: Video) -> str:
    """Return why a video cannot be processed again; empty if it can."""
    if video.source is None:
        return "has no stored original"
    if video.source.dropped_at is not None:
        return "its original was dropped, as its owner chose"
    if faults.faulty_sources().filter(pk=video.source.pk).exists():
        return "its original is missing or damaged"
    return ""


def _begin(video: Video, wanted: VideoSelection, options: dict[str, Any]) -> str:
    """Begin a job; return why none was begun, empty if it was."""
    try:
        if wanted.stuck:
            _give_up(video)
        services.reprocess(video, profile=options["profile"], priority=options["priority"])
    except services.AlreadyProcessing:
        return "is being processed"
    except services.OriginalDropped:
        return "its original was dropped meanwhile"
    except services.VideoDeleted:
        return "was deleted meanwhile"
    return ""


def _give_up(video: Video) -> None:
    try:
        services.cancel(video)
    except services.NothingToCancel:
        return


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        day = parse_date(text)
        if day is None:
            raise ValueError(text)
        moment = datetime.combine(day, datetime.min.time())
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
