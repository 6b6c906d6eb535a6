"""Import local files, and the media files in folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from processing import profiles
from processing.monitoring import terminal
from videos import duplicates
from videos.ingest import services as ingest
from videos.ingest import uploads
from videos.ingest.settings import Clip, VideoSettings
from videos.models import Upload, Video
from videos.storage import StorageUnavailable

_MEDIA = frozenset(
    (
        *(".3gp", ".aac", ".avi", ".flac", ".flv", ".gif", ".m2ts", ".m4a", ".m4v", ".mka"),
        *(".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogg", ".ogv"),
        *(".opus", ".ts", ".wav", ".webm", ".wmv"),
    )
)


class _NotImported(Exception):
    """Raised with a sentence for the operator when a file was not imported."""


class Command(BaseCommand):
    """Prints the id of each new video; with ``--wait`` it stays until all are ready.

    A file that cannot be imported stops no other, and the exit status says that there was one.
    Of several files, those that the owner has already are skipped, so an import that was stopped
    goes on when it is begun again.
    """

    help = "Import local video files for a user, and those in folders; the files stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments."""
        parser.add_argument("paths", type=Path, nargs="+", metavar="PATH")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--title", default="", help="of a single file; else its name")
        parser.add_argument("--visibility", choices=Video.Visibility.values, default="private")
        parser.add_argument("--profile", default="", help="the encoding profile")
        parser.add_argument("--start", type=float, default=0.0, help="of the clip, in seconds")
        parser.add_argument("--end", type=float, help="of the clip, in seconds")
        parser.add_argument("--original", choices=Video.Original.values, default="keep")
        parser.add_argument(
            "--again", action="store_true", help="also files that are there already"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")
        parser.add_argument(
            "--wait", action="store_true", help="until all are ready or have failed"
        )

    def handle(self, *args: Any, paths: list[Path], owner: str, **options: Any) -> None:
        """Import the files."""
        user = User.objects.with_address(owner).filter(is_active=True).first()
        if user is None:
            raise CommandError(f"No active user has the email address {owner}.")
        options["again"] |= len(paths) == 1 and not paths[0].is_dir()
        made: list[Video] = []
        wrong: list[str] = []
        for path in _files(paths):
            try:
                video = self._import(user, path, options)
            except _NotImported as error:
                wrong.append(str(error))
                self.stderr.write(str(error))
                continue
            if video is not None:
                made.append(video)
                self.stdout.write(str(video.pk))
        if options["wait"] and made:
            wrong += self._wait(made)
        if wrong:
            raise CommandError(wrong[0] if len(wrong) == 1 else f"{len(wrong)} were not imported.")

    def _import(self, user: User, path: Path, options: dict[str, Any]) -> Video | None:
        """Return the new video, or None if the file is skipped. Raises ``_NotImported``."""
        if not path.is_file():
            raise _NotImported(f"{path} is not a file.")
        try:
            file = ingest.describe_file(path, protocol=Upload.Protocol.COMMAND)
            there = None if options["again"] else duplicates.earlier(user.pk, file.sha256)
            if there is not None:
                self.stderr.write(f"{path} is there already, as {there.pk}; skipped")
                return None
            if options["dry_run"]:
                self.stderr.write(f"{path} would be imported")
                return None
            return ingest.take_file(user, file, _settings(options))
        except ingest.EmptyFile as error:
            raise _NotImported(f"{path} is empty.") from error
        except uploads.UploadCanceled as error:
            raise _NotImported("The video was canceled or deleted meanwhile.") from error
        except StorageUnavailable as error:
            raise _NotImported("The storage did not take the file. Import it again.") from error
        except uploads.UploadNotAllowed as error:
            raise _NotImported(f"{user.email} may not upload.") from error
        except profiles.NoSuchProfile as error:
            raise _NotImported("There is no such profile.") from error
        except OSError as error:
            raise _NotImported(f"{path} cannot be read: {error.strerror}.") from error

    def _wait(self, made: list[Video]) -> list[str]:
        ended = terminal.wait_for([video.pk for video in made])
        return [
            f"{video.error_code}: {video.error_message}"
            for video in ended
            if video.status != Video.Status.READY
        ]


def _files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files, and the media files in the folders, in the order of their names."""
    for path in paths:
        if path.is_dir():
            found = (one for one in path.rglob("*") if one.suffix.lower() in _MEDIA)
            yield from sorted(one for one in found if one.is_file())
        else:
            yield path


def _settings(options: dict[str, Any]) -> VideoSettings:
    start, end = options["start"], options["end"]
    return VideoSettings(
        title=options["title"],
        visibility=options["visibility"],
        profile=options["profile"],
        clip=Clip(start, end) if start or end is not None else None,
        original=options["original"],
    )
