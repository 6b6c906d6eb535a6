"""Write the audit log.

A request notes who sends it and from where (``acting``); what is recorded while it is handled gets
these facts. Entries are written in the transaction of the change that they tell of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from accounts import actor
from accounts.actor import Actor, acting, because, note_key, note_token
from accounts.models import AuditEntry, User

__all__ = ["Actor", "acting", "because", "note_key", "note_token", "record"]
_NAME_LENGTH = 254
_VALUE_LENGTH = 200


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
    _entry(action, target, by=by, details=details).save()


def _entry(
    action: str,
    target: Model | tuple[str, object, str],
    *,
    by: User | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Return an entry that is not saved yet; the request is noted to have told of its target."""
    who = actor.now()
    user = by or who.user
    kind, pk, name = target if isinstance(target, tuple) else _named(target)
    if who.told is not None:
        who.told.add((kind, str(pk)))
    return AuditEntry(
        actor=user,
        actor_email=user.email if user else "",
        via=actor.SESSION if by and who.via == actor.NOBODY else who.via,
        key_hint=who.key.hint if who.key else "",
        address=who.address,
        action=action,
        target_kind=kind,
        target_id=str(pk),
        target_name=name[:_NAME_LENGTH],
        details=dict(details or {}) | ({"reason": who.reason} if who.reason else {}),
    )


def person_did(action: str, target: Model | tuple[str, object, str], **details: Any) -> None:
    """Record an action on a row if a person does it: what the product also does by itself, such as
    purging, would otherwise fill the log."""
    if actor.now().via != actor.SYSTEM:
        record(action, target, details=details)


def person_did_to_each(action: str, targets: Mapping[Model, Mapping[str, Any]]) -> None:
    """Record an action on rows, each with its details, in one statement, if a person does it."""
    if actor.now().via != actor.SYSTEM:
        entries = [_entry(action, row, details=about) for row, about in targets.items()]
        AuditEntry.objects.bulk_create(entries)


def command(name: str, **details: Any) -> None:
    """Record that a command was given which changes more than single rows."""
    record("command.given", ("command", "", name), details=details)


def unless_told(action: str, target: Model, **details: Any) -> None:
    """Record an action on a row unless this request recorded something about that row already."""
    kind, pk, _ = _named(target)
    if (kind, str(pk)) not in (actor.now().told or ()):
        record(action, target, details=details)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what differs, as pairs of what was and what is."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: [_shown(before.get(name)), _shown(after[name])] for name in names}


def _shown(value: Any) -> Any:
    """Return a value as the log keeps it: long texts are cut."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return sorted(str(one) for one in value)
    text = str(value)
    return text if len(text) <= _VALUE_LENGTH else f"{text[:_VALUE_LENGTH]}…"


def kind_of(model: type[Model] | Model) -> str:
    """Return what the log calls rows of a model, such as ``api_key``."""
    return str(model._meta.verbose_name).lower().replace(" ", "_")


def _named(row: Model) -> tuple[str, object, str]:
    return kind_of(row), row.pk, str(row)
