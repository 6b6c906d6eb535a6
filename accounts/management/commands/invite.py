"""Invite somebody to sign up."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from accounts import invitations
from accounts.models import Role


class Command(BaseCommand):
    """Prints the link of a new invitation, and nothing else, so that a script can read it."""

    help = "Invite somebody to sign up: print the link, which works once, and mail it with --mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what the invitation gives."""
        parser.add_argument("email", nargs="?", default="", help="any address without it")
        parser.add_argument("--role", choices=Role.Name.values, default="")
        parser.add_argument("--plan", default="", help="the name of a plan")
        parser.add_argument("--no-upload", action="store_true", help="without the right to upload")
        parser.add_argument("--days", type=int, default=invitations.DAYS, help="how long it holds")
        parser.add_argument(
            "--site", default="", metavar="URL", help="of this site, such as https://example.org"
        )
        parser.add_argument("--mail", action="store_true", help="mail it too; needs --site")

    def handle(self, *args: Any, email: str, site: str, **options: Any) -> None:
        """Make the invitation."""
        _check(email, site, **options)
        wanted = invitations.Terms(
            email=email,
            role=options["role"],
            plan=options["plan"],
            can_upload=not options["no_upload"],
            days=options["days"],
        )
        try:
            invitation, secret = invitations.make(wanted, by=None)
        except invitations.NoSuchPlan as error:
            raise CommandError(f"There is no plan {wanted.plan}.") from error
        except invitations.TakenAddress as error:
            raise CommandError(f"{email} has an account already.") from error
        link = site.rstrip("/") + reverse("account_invitation", args=[secret])
        self.stdout.write(link)
        if options["mail"] and not invitations.send(invitation, link):
            raise CommandError("The mail could not be sent; the link above works.")


def _check(email: str, site: str, *, days: int, mail: bool, **options: Any) -> None:
    if not 1 <= days <= invitations.MOST_DAYS:
        raise CommandError(f"--days must be from 1 to {invitations.MOST_DAYS}.")
    if mail and not (site and email):
        raise CommandError("--mail needs an address and --site, which the link begins with.")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is no email address.") from error
