"""Tell other apps at once that a user may do less, or more, than before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import Signal

from accounts.models import ApiKey, User

rights_changed = Signal()
"""Sent after the commit, with ``user_id``; it is None if the users are not known one by one."""

session_ended = Signal()
"""Sent when one session is ended from elsewhere, in the same transaction, with its ``data``. Where
all of a user's sessions end, ``User.session_seed`` changes instead."""

_HARMLESS = frozenset({"last_login"})


def tell(user_id: UUID | None) -> None:
    """Send ``rights_changed`` after the commit. Call it where a key or a session ends by a query
    that fires no signal of its own: an ``update``, or a raw deletion."""
    transaction.on_commit(
        lambda: rights_changed.send_robust(sender=User, user_id=user_id), robust=True
    )


def connect() -> None:
    """Tell of each change of users, keys, sessions and groups that goes through the models."""
    post_save.connect(_of_user, sender=User)
    post_delete.connect(_of_user, sender=User)
    post_delete.connect(_of_key, sender=ApiKey)
    post_delete.connect(_of_session, sender=Session)
    for through in (User.groups.through, User.user_permissions.through):
        m2m_changed.connect(_of_membership, sender=through)
    m2m_changed.connect(_of_group, sender=Group.permissions.through)
    post_delete.connect(_of_group, sender=Group)


def _of_user(instance: User, created: bool = False, **about: Any) -> None:
    saved = about.get("update_fields")
    if not created and (saved is None or set(saved) - _HARMLESS):
        tell(instance.pk)


def _of_key(instance: ApiKey, **_: Any) -> None:
    tell(instance.user_id)


def _of_session(instance: Session, **_: Any) -> None:
    try:
        tell(UUID(instance.get_decoded().get("_auth_user_id", "")))
    except ValueError:
        return  # nobody was logged in


def _of_membership(instance: User | Group, action: str, **_: Any) -> None:
    if action.startswith("post_"):
        tell(instance.pk if isinstance(instance, User) else None)


def _of_group(action: str = "post_delete", **_: Any) -> None:
    if action.startswith("post_"):
        tell(None)
