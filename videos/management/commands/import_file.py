"""Import a local file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from processing.monitoring import terminal
from videos.ingest import services as ingest
from videos.ingest import uploads
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video
from videos.storage import StorageUnavailable


class Command(BaseCommand):
    """Prints the new video's id; with ``--wait`` it stays until the video is ready."""

    help = "Import a local video file for a user; the file stays where it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments."""
        parser.add_argument("path", type=Path)
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--title", default="")
        parser.add_argument("--wait", action="store_true", help="until it is ready or has failed")

    def handle(
        self, *args: Any, path: Path, owner: str, title: str, wait: bool, **options: Any
    ) -> None:
        """Import the file."""
        user = User.objects.with_address(owner).filter(is_active=True).first()
        if user is None:
            raise CommandError(f"No active user has the email address {owner}.")
        if not path.is_file():
            raise CommandError(f"{path} is not a file.")
        try:
            file = ingest.describe_file(path, protocol=Upload.Protocol.COMMAND)
            video = ingest.take_file(user, file, VideoSettings(title=title))
        except ingest.EmptyFile as error:
            raise CommandError(f"{path} is empty.") from error
        except uploads.UploadCanceled as error:
            raise CommandError("The video was canceled or deleted meanwhile.") from error
        except StorageUnavailable as error:
            raise CommandError("The storage did not take the file. Import it again.") from error
        except uploads.UploadNotAllowed as error:
            raise CommandError(f"{owner} may not upload.") from error
        self.stdout.write(str(video.pk))
        if wait:
            self._wait(video)

    def _wait(self, video: Video) -> None:
        (current,) = terminal.wait_for([video.pk])
        if current.status != Video.Status.READY:
            raise CommandError(f"{current.error_code}: {current.error_message}")
