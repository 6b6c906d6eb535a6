"""Write the audit log.

A request notes who sends it and from where (``acting``); what is recorded while it is handled gets
these facts. Entries are written in the transaction of the change that they tell of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from accounts import actor
from accounts.actor import Actor, acting, note_key, note_token
from accounts.models import AuditEntry, User

__all__ = ["Actor", "acting", "note_key", "note_token", "record"]
_NAME_LENGTH = 254


def record(
    action: str,
    target: Model | tuple[str, object, str],
    *,
    by: User | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record an action on a row, or on what is named by its kind, id and name.

    ``by`` names the actor where no request is handled, or where the request does not know it, such
    as a log-in. ``details`` must hold no secret.
    """
    who = actor.now()
    user = by or who.user
    kind, pk, name = target if isinstance(target, tuple) else _named(target)
    AuditEntry.objects.create(
        actor=user,
        actor_email=user.email if user else "",
        via=actor.SESSION if by and who.via == actor.NOBODY else who.via,
        key_hint=who.key.hint if who.key else "",
        address=who.address,
        action=action,
        target_kind=kind,
        target_id=str(pk),
        target_name=name[:_NAME_LENGTH],
        details=dict(details or {}),
    )


def _named(row: Model) -> tuple[str, object, str]:
    return str(row._meta.verbose_name).lower().replace(" ", "_"), row.pk, str(row)
