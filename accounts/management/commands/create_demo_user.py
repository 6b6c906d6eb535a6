"""Make the first user of a fresh installation."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import verification
from accounts.models import User

EMAIL = "demo@example.com"


class Command(BaseCommand):
    """Prints email address and password once; does nothing when there is a user."""

    help = "Create a superuser with a random password if there is no user yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the user unless somebody was here before."""
        with transaction.atomic():
            if User.objects.exists():
                return
            password = secrets.token_urlsafe(12)
            verification.trust(User.objects.create_superuser(EMAIL, password))
        self.stdout.write(f"{EMAIL} {password}")
