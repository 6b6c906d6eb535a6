"""Create an API key for a user."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import api_keys
from accounts.models import User


class Command(BaseCommand):
    """Prints the new key and nothing else, so that a script can read it."""

    help = "Create an API key for a user and print it (it is not shown again)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user's email address and a name for the key."""
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="what the key is for")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        """Issue the key."""
        user = User.objects.with_address(email).filter(is_active=True).first()
        if user is None:
            raise CommandError(f"No active user has the email address {email}.")
        _, secret = api_keys.issue(user, name=name)
        self.stdout.write(secret)
