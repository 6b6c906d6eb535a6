"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "accounts"
