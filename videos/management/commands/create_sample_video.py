"""Put a sample video into an empty library."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from processing.ffmpeg.encoding import demo_clip
from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg
from videos.ingest import services as ingest
from videos.ingest import uploads
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video

_LIMITS = runner.Limits(wall_seconds=300)


class Command(BaseCommand):
    """Makes a clip with FFmpeg and imports it; does nothing for a user who has a video."""

    help = "Make a 20-second sample clip for a user without videos (the first user by default)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the option for the owner."""
        parser.add_argument("--owner", default="", metavar="EMAIL")

    def handle(self, *args: Any, owner: str, **options: Any) -> None:
        """Make and import the clip, and print the video's id."""
        user = self._user(owner)
        if Video.objects.filter(owner=user).exists():
            return
        with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as name:
            video = self._take_in(user, Path(name))
        self.stdout.write(str(video.pk))

    def _user(self, email: str) -> User:
        users = User.objects.with_address(email) if email else User.objects.order_by("pk")
        user = users.filter(is_active=True).first()
        if user is None:
            raise CommandError(
                f"No active user has the email address {email}." if email else "There is no user."
            )
        return user

    def _take_in(self, user: User, folder: Path) -> Video:
        clip = folder / demo_clip.FILENAME
        try:
            ffmpeg = FFmpeg(settings.FFMPEG, settings.FFPROBE, settings.ENV.sandbox)
            drawn = demo_clip.draw(ffmpeg=ffmpeg.program, out=clip)
            ffmpeg.run(drawn, limits=_LIMITS, reads=[], writes=folder)
            file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
            return ingest.take_file(user, file, VideoSettings())
        except MediaError as error:
            raise CommandError(f"The sample clip was not made: {error}\n{error.log}") from error
        except uploads.UploadNotAllowed as error:
            raise CommandError(f"{user.email} may not upload.") from error
