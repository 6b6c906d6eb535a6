"""Trust in owners: a moderator gives it or withdraws it, or it comes by itself.

What an owner's new videos wait for is decided by ``videos.moderation.policy``.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from accounts import audit
from accounts.models import User


class OwnTrust(Exception):
    """Raised when a moderator is to trust themselves."""


class NothingToChange(Exception):
    """Raised when an owner is trusted already, or trust was withdrawn already."""


def give(owner: User, *, by: User) -> None:
    """Trust an owner from now on. Raises ``NothingToChange``, or ``OwnTrust`` unless the moderator
    is a superuser, who could give themselves any right."""
    if owner.pk == by.pk and not by.is_superuser:
        raise OwnTrust
    with transaction.atomic():
        untrusted = User.objects.filter(pk=owner.pk, trusted_at=None)
        if not untrusted.update(trusted_at=Now(), is_watched=False):
            raise NothingToChange
        audit.record("user.trusted", owner, by=by)


def withdraw(owner: User, *, by: User) -> None:
    """Have all new videos of an owner wait from now on. Raises ``NothingToChange``."""
    with transaction.atomic():
        unwatched = User.objects.filter(pk=owner.pk, is_watched=False)
        if not unwatched.update(trusted_at=None, is_watched=True):
            raise NothingToChange
        audit.record("user.trust_withdrawn", owner, by=by)


def come(owner: User, *, approved_videos: int) -> None:
    """Trust an owner who has earned it, unless trust was withdrawn."""
    with transaction.atomic():
        untrusted = User.objects.filter(pk=owner.pk, trusted_at=None, is_watched=False)
        if untrusted.update(trusted_at=Now()):
            details = {"approved_videos": approved_videos}
            audit.record("user.trusted", owner, details=details)
