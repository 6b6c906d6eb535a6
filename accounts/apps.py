"""The accounts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "accounts"

    def ready(self) -> None:
        """Record what users do with their accounts, tell of changed rights, and give roles their
        permissions after migrations."""
        from accounts import audited, roles, signals  # they need the models

        audited.connect()
        signals.connect()
        post_migrate.connect(roles.apply_after_migration, dispatch_uid="roles")
