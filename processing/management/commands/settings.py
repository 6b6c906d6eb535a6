"""Print the current settings and where each comes from."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """``manage.py settings``: a line for each name of ``.env.example``, secrets hidden."""

    help = "Print each setting, its value (secrets hidden) and where it comes from."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the argument that limits the lines."""
        parser.add_argument("--changed", action="store_true", help="only what is not the default")

    def handle(self, *args: Any, changed: bool, **options: Any) -> None:
        """Print a line for each setting."""
        told = [s for s in settings.ENV.settings if not changed or s.changed]
        width = max((len(setting.name) for setting in told), default=0)
        for setting in told:
            self.stdout.write(f"{setting.name:<{width}}  {setting.value}  ({setting.origin})")
