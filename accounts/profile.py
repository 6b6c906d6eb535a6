"""What users change of their own accounts themselves, besides their addresses and their log-in."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.models import User

LONGEST_NAME = 150
"""In characters."""


def rename(user: User, name: str) -> None:
    """Give a user another name, and record it. It is one text: ``last_name``, which the admin can
    set, becomes part of ``first_name``."""
    before = user.get_full_name()
    if name == before:
        return
    user.first_name, user.last_name = name, ""
    with transaction.atomic():
        user.save(update_fields=["first_name", "last_name"])
        changed = audit.changes({"name": before}, {"name": name})
        audit.record("user.changed", user, by=user, details={"changed": changed})
