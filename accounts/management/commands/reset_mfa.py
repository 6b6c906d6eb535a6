"""``manage.py reset_mfa EMAIL``: remove the second factors of a user who lost them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import second_factors
from accounts.models import User


class Command(BaseCommand):
    """Removes a user's authenticator app, passkeys and recovery codes."""

    help = "Remove the second factors of a user who lost them; the password alone logs in then."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address that the user logs in with."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove the factors and say how many there were."""
        user = User.objects.with_address(options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody logs in with {options['email']}.")
        count = second_factors.reset(user)
        self.stdout.write(f"Removed {count} second factor{'' if count == 1 else 's'} of {user}.")
