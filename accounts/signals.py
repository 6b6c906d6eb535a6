"""Tell other apps at once that a user may do less, or more, than before."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.dispatch import Signal

from accounts.models import User

rights_changed = Signal()
"""Sent after the commit, with ``user_id``; it is None if the users are not known one by one."""


def tell(user_id: UUID | None) -> None:
    """Send ``rights_changed`` after the commit."""
    transaction.on_commit(
        lambda: rights_changed.send_robust(sender=User, user_id=user_id), robust=True
    )
