"""Record in the audit log what the admin adds, changes and deletes, with before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import audit

HIDDEN = "…"
_SECRET = ("password", "secret", "digest", "token")


class AuditedAdmin(ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """A model's admin whose changes are in the audit log. Each is recorded in the transaction that
    makes it, unless what the admin called recorded it already."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Return Django's message, and remember for the log what the form changes."""
        request.__dict__["audited"] = changed_by(form)
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Record an added row."""
        set_to = {name: after for name, (_, after) in _changed(request).items()}
        audit.unless_told(f"{audit.kind_of(obj)}.created", obj, **_if_any("fields", set_to))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Record a changed row; a text as the message is that of an act, which records itself."""
        if not isinstance(message, str):
            changed, more = _changed(request), _of_inlines(message)
            if changed or more:
                details = _if_any("changed", changed) | _if_any("also", more)
                audit.unless_told(self.change_action(obj, changed), obj, **details)
        return super().log_change(request, obj, message)

    def change_action(self, obj: Any, changed: Mapping[str, Any]) -> str:
        """Return the name of the action that changes these fields."""
        return f"{audit.kind_of(obj)}.changed"

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Record deleted rows, before they are gone."""
        for row in queryset:
            audit.unless_told(f"{audit.kind_of(row)}.deleted", row)
        return super().log_deletions(request, queryset)


def changed_by(form: Any) -> dict[str, list[Any]]:
    """Return what a form changes: pairs of before and after, without secrets."""
    secret = [name for name in form.changed_data if _is_secret(name) or name not in form.fields]
    names = [name for name in form.changed_data if name not in secret]
    before = {name: form.get_initial_for_field(form.fields[name], name) for name in names}
    after = {name: form.cleaned_data.get(name) for name in names}
    shown = audit.changes({name: _named(form, name, before[name]) for name in names}, after)
    return shown | {name: [HIDDEN, HIDDEN] for name in secret}


def _named(form: Any, name: str, value: Any) -> Any:
    """Return an initial value as the row that a key names."""
    choices = getattr(form.fields[name], "queryset", None)
    if choices is None or value is None or isinstance(value, list | Model | QuerySet):
        return value
    return choices.model._base_manager.filter(pk=value).first()


def _is_secret(name: str) -> bool:
    return any(word in name for word in _SECRET)


def _changed(request: HttpRequest) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = request.__dict__.get("audited", {})
    return found


def _if_any(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}


def _of_inlines(message: Any) -> list[str]:
    """Return what Django's message says of the rows in the form's tables."""
    told = message if isinstance(message, list) else []
    each = [(act, about) for one in told for act, about in one.items() if about.get("name")]
    return [f"{act} {about['name']} {about.get('object', '')}" for act, about in each]
