"""Create the address that an AI generator calls for a user."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from processing.profiles import NoSuchProfile
from videos.ingest.hooks import GENERATORS, addresses
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import UploadNotAllowed
from videos.models import Video


class Command(BaseCommand):
    """Prints the address, and on a second line its secret if it has one of its own."""

    help = "Create the webhook address that an AI generator calls for a user, and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user, the generator, and settings for the videos."""
        parser.add_argument("email")
        parser.add_argument("--source", choices=tuple(GENERATORS), default="replicate")
        parser.add_argument(
            "--site", default="", metavar="URL", help="of this site, such as https://example.org"
        )
        parser.add_argument(
            "--visibility", choices=Video.Visibility.values, default=Video.Visibility.PRIVATE
        )
        parser.add_argument("--profile", default="", help="the encoding profile")

    def handle(self, *args: Any, email: str, source: str, **options: Any) -> None:
        """Create the address."""
        user = User.objects.with_address(email).filter(is_active=True).first()
        if user is None:
            raise CommandError(f"No active user has the email address {email}.")
        wanted = VideoSettings(visibility=options["visibility"], profile=options["profile"])
        try:
            address = addresses.create(user, GENERATORS[source], wanted)
        except UploadNotAllowed as error:
            raise CommandError(f"{email} may not upload.") from error
        except NoSuchProfile as error:
            raise CommandError("There is no such profile.") from error
        except addresses.NoSecretSet as error:
            raise CommandError("Set VODLOOM_REPLICATE_SECRETS first.") from error
        self.stdout.write(options["site"].rstrip("/") + addresses.path_of(address))
        if secret := addresses.secret_of(address):
            self.stdout.write(secret)
