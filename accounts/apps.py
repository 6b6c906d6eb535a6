"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "accounts"

    def ready(self) -> None:
        """Record what users do with their accounts, and tell of changed rights."""
        from accounts import audited, signals  # they need the models

        audited.connect()
        signals.connect()
