"""Mark a user's email address as confirmed without sending a mail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit, verification
from accounts.models import User


class Command(BaseCommand):
    """For users who got no confirmation mail, and installations that send none."""

    help = "Take the email address of a user for confirmed, so that they can log in and upload."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user's email address."""
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Confirm the address."""
        user = User.objects.with_address(email).first()
        if user is None:
            raise CommandError(f"No user has the email address {email}.")
        verification.trust(user)
        audit.record("user.email_confirmed", user, details={"email": user.email})
        if not verification.is_verified(user):
            raise CommandError(f"Another user has confirmed {user.email}: remove it there first.")
