"""Give roles to users, take them, and list who has which."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import roles
from accounts.models import Role, User


class Command(BaseCommand):
    """With an address and a role it gives or takes the role; with less it lists roles."""

    help = "Give a user a role, take it with --remove, or list who has which roles."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user's email address and the role."""
        parser.add_argument("email", nargs="?", help="all users with a role without it")
        parser.add_argument("role", nargs="?", choices=Role.Name.values)
        parser.add_argument("--remove", action="store_true", help="take the role")

    def handle(
        self, *args: Any, email: str | None, role: str | None, remove: bool, **options: Any
    ) -> None:
        """Give or take the role, or list."""
        if role is None and remove:
            raise CommandError("Name the role to take.")
        if email is None:
            self._list()
            return
        user = User.objects.with_address(email).first()
        if user is None:
            raise CommandError(f"No user has the email address {email}.")
        if role is not None:
            changed = roles.take(user, role) if remove else roles.give(user, role)
            if not changed:
                raise CommandError(f"{user} has {'not ' if remove else ''}the role {role} already.")
        self.stdout.write(f"{user}: {_told(roles.of(user))}")

    def _list(self) -> None:
        users = User.objects.filter(groups__role__isnull=False).distinct().order_by("email")
        for user in users.prefetch_related("groups__role"):
            given = [group.role for group in user.groups.all() if hasattr(group, "role")]
            self.stdout.write(f"{user}: {_told(given)}")


def _told(given: list[Role]) -> str:
    return ", ".join(sorted(role.name for role in given)) or "no role"
