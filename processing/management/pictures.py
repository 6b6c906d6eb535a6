"""The part of ``reprocess`` that makes pictures and transcripts again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from processing import remaking, services, transcribing
from processing.models import Run
from processing.monitoring import terminal
from videos.models import Video

_REFUSALS: dict[type[Exception], str] = {
    remaking.NoRelease: "has no complete release whose job is known; process it again",
    remaking.NothingToMake: "has nothing that such pictures could show",
    transcribing.TranscriptionOff: "cannot be transcribed: VODLOOM_TRANSCRIBER is off",
    transcribing.TooLongToTranscribe: "is too long to be transcribed (VODLOOM_TRANSCRIBER_SECONDS)",
    services.OriginalDropped: "its original was dropped, as its owner chose",
    services.AlreadyProcessing: "is being processed",
    services.VideoDeleted: "was deleted meanwhile",
}


def add_arguments(parser: CommandParser) -> None:
    """Add the arguments that name kinds of pictures."""
    parser.add_argument(
        "--only",
        metavar="KIND[,KIND]",
        help=f"only make these pictures again: {', '.join(remaking.KINDS)}; or the "
        "subtitles or the transcript",
    )
    parser.add_argument(
        "--missing",
        action="store_true",
        help="those that lack pictures, failed ones and those of older versions too; of each only "
        "what it lacks",
    )


def kinds_of(options: dict[str, Any]) -> list[str]:
    """Return the kinds of pictures to make; none if videos are to be processed as a whole."""
    if options["only"] is None:
        kinds = list(remaking.KINDS) if options["missing"] else []
    else:
        kinds = options["only"].split(",")
    if strange := sorted(set(kinds) - {*remaking.KINDS, *remaking.TEXTS}):
        known = ", ".join((*remaking.KINDS, *remaking.TEXTS))
        raise CommandError(f"No such pictures: {', '.join(strange)}. There are: {known}.")
    if kinds and (options["profile"] is not None or options["stuck"]):
        raise CommandError("--profile and --stuck are for whole videos, not for pictures.")
    return kinds


class Making:
    """One run of the command that makes pictures of ``kinds``, or else those that are lost."""

    def __init__(self, command: BaseCommand, kinds: Sequence[str], options: dict[str, Any]) -> None:
        self._command = command
        self._kinds = kinds
        self._options = options

    def make(self, videos: Sequence[Video]) -> None:
        """Queue the pictures of the videos, and wait for them if told to."""
        self.wait(self.queue(videos))

    def queue(self, videos: Sequence[Video]) -> list[UUID]:
        """Queue the pictures of each video, print its id and their kinds, and return the jobs."""
        queued = [run for video in videos if (run := self._of(video)) is not None]
        verb = "would" if self._options["dry_run"] else "will"
        what = "be transcribed" if self._kinds == [remaking.TRANSCRIPT] else "get pictures"
        self._command.stdout.write(f"{len(queued)} {verb} {what}.")
        return queued

    def wait(self, jobs: Sequence[UUID]) -> None:
        """Wait for the jobs if told to. Raises ``CommandError`` if pictures could not be made."""
        if not jobs or not self._options["wait"] or self._options["dry_run"]:
            return
        terminal.wait_for_jobs(jobs)
        failed = remaking.failed(jobs)
        for task in failed:
            about = f"{task.run.video_id} {task.kind}"
            self._command.stderr.write(f"{about} {task.error_code}: {task.error_message}")
        if failed:
            raise CommandError(f"{len(failed)} could not be made.")

    def _of(self, video: Video) -> UUID | None:
        """Queue the pictures of a video; return its job, None if there is nothing to do."""
        kinds, label = self._wanted(video), f"{video.pk} {video}"
        if not kinds:
            return None
        try:
            job = self._begin(video, kinds)
        except tuple(_REFUSALS) as error:
            self._command.stderr.write(f"{label}: {_REFUSALS[type(error)]}, skipped")
            return None
        self._command.stdout.write(f"{label}: {', '.join(kinds)}")
        return job

    def _begin(self, video: Video, kinds: Sequence[str]) -> UUID:
        with transaction.atomic():
            if transcript := remaking.TRANSCRIPT in kinds:
                transcribing.require(video)
            run = remaking.remake(
                video,
                kinds,
                priority=self._options["priority"],
                input={"language": ""} if transcript else None,
            )
            transaction.set_rollback(self._options["dry_run"])
        return run.pk

    def _wanted(self, video: Video) -> list[str]:
        """Return the kinds to make of a video, without those that are made of an original that is
        gone if there are others. What was not named is not made if its profile left it out."""
        if not self._kinds:
            return remaking.lost(video)
        kinds = list(self._kinds)
        if self._options["missing"]:
            kinds = remaking.lacks(video, kinds)
        if self._options["only"] is None:
            left_out = _left_out(video)
            kinds = [kind for kind in kinds if kind not in left_out]
        rest = [kind for kind in kinds if kind not in remaking.FROM_SOURCE]
        if rest and rest != kinds and video.source and video.source.dropped_at:
            self._command.stderr.write(f"{video.pk} {video}: {_DROPPED}")
            return rest
        return kinds


_DROPPED = "what is made of its original is left out, since that was dropped"


def _left_out(video: Video) -> list[str]:
    made = Run.objects.filter(release=video.release_id).values_list("profile", flat=True).first()
    return list((made or {}).get("left_out", ()))
