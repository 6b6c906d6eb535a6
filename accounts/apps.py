"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "accounts"

    def ready(self) -> None:
        """Begin to tell of changed rights."""
        from accounts import signals  # it needs the models

        signals.connect()
