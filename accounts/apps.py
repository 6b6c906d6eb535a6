"""The accounts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "accounts"

    def ready(self) -> None:
        """Record what users do with their accounts, tell of changed rights, end keys that were
        issued for less, and give roles their permissions after migrations."""
        from accounts import audited, issued_keys, roles, signals  # they need the models

        audited.connect()
        signals.connect()
        signals.rights_changed.connect(issued_keys.hear, dispatch_uid="issued keys")
        post_migrate.connect(roles.apply_after_migration, dispatch_uid="roles")
