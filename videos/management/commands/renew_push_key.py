"""Make another key for Web Push."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import audit
from videos.push import keys


class Command(BaseCommand):
    """Replaces the key that browsers subscribed for, and forgets these subscriptions."""

    help = "Make another key for Web Push; users must then turn messages on again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the key."""
        count = keys.renew()
        audit.command("renew_push_key")
        self.stdout.write(f"The key is new. Subscriptions that were deleted: {count}.")
