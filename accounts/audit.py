"""Write the audit log.

A request notes who sends it and from where (``acting``); what is recorded while it is handled gets
these facts. Entries are written in the transaction of the change that they tell of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from accounts.models import ApiKey, AuditEntry, User

_NAME_LENGTH = 254


@dataclass(frozen=True)
class Actor:
    """Who acts, how they are known, and from which address."""

    user: User | None = None
    via: str = AuditEntry.Via.SYSTEM
    key: ApiKey | None = None
    address: str | None = None


_NOBODY = Actor()
_actor: ContextVar[Actor] = ContextVar("audit_actor", default=_NOBODY)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Everything recorded inside is told of this actor."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def note_key(key: ApiKey) -> None:
    """Note that the current request was authenticated by an API key."""
    now = _actor.get()
    _actor.set(Actor(key.user, AuditEntry.Via.KEY, key, now.address))


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
    actor = _actor.get()
    user = by or actor.user
    kind, pk, name = target if isinstance(target, tuple) else _named(target)
    AuditEntry.objects.create(
        actor=user,
        actor_email=user.email if user else "",
        via=AuditEntry.Via.SYSTEM if user is None else actor.via,
        key_hint=actor.key.hint if actor.key else "",
        address=actor.address,
        action=action,
        target_kind=kind,
        target_id=str(pk),
        target_name=name[:_NAME_LENGTH],
        details=dict(details or {}),
    )


def _named(row: Model) -> tuple[str, object, str]:
    return str(row._meta.verbose_name).lower().replace(" ", "_"), row.pk, str(row)
