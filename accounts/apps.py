"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "accounts"

    def ready(self) -> None:
        """Record what users do with their accounts."""
        from accounts import audited

        audited.connect()
