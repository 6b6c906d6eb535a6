"""Create the first user of a fresh installation."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import verification
from accounts.models import User

EMAIL = "demo@example.com"


class Command(BaseCommand):
    """Prints the email address and the password once; does nothing if a user exists."""

    help = "Create a superuser with a random password if there is no user yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the user unless the database has one already."""
        with transaction.atomic():
            if User.objects.exists():
                return
            password = secrets.token_urlsafe(12)
            verification.trust(User.objects.create_superuser(EMAIL, password))
        self.stdout.write(f"{EMAIL} {password}")
