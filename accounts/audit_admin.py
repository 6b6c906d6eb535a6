"""The audit log in the admin: read-only, with its export."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import audit, audit_reading
from accounts.models import AuditEntry, User
from accounts.rights import may
from config.admin.base import NOTHING, ReadOnlyAdmin, listing

EXPORT = "accounts.export_auditentry"
_MOST = 200


class _ByValue(admin.SimpleListFilter):
    """Filter entries by a field, of which the values that occur are offered."""

    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the values that occur."""
        rows = AuditEntry.objects.order_by()
        values = rows.values_list(self.parameter_name, flat=True).distinct()[:_MOST]
        return [(value, value) for value in sorted(values)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        """Return the entries with the chosen value."""
        value = self.value()
        return queryset.filter(**{self.parameter_name: value}) if value else queryset


class ByAction(_ByValue):
    """Filter entries by what was done."""

    title, parameter_name = "action", "action"


class ByKind(_ByValue):
    """Filter entries by the kind of what it was done to."""

    title, parameter_name = "kind", "target_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the kinds that occur, in words."""
        return [(kind, _in_words(kind)) for kind, _ in super().lookups(request, model_admin)]


def links_to(row: Model, *, viewer: Any, words: str = "What was done to it") -> SafeString | str:
    """Return a link to the entries about a row, for those who may view them."""
    if not may(viewer, "accounts.view_auditentry"):
        return NOTHING
    return listing(AuditEntry, words, viewer=viewer, target_id=row.pk)


def links_about(user: User, *, viewer: Any) -> SafeString | str:
    """Return links to what a user did, and to what was done to the account."""
    if not may(viewer, "accounts.view_auditentry"):
        return NOTHING
    did = listing(AuditEntry, "What they did", viewer=viewer, actor__id__exact=user.pk)
    was_done = links_to(user, viewer=viewer, words="What was done to them")
    return format_html("{}, {}", did, was_done)


def _in_words(kind: str) -> str:
    return kind.replace("_", " ").replace("api ", "API ")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, to what, when, and from where."""

    change_list_template = "admin/audit_list.html"
    list_display = ("at", "who", "how_and_where", "action", "on")
    list_filter = (ByKind, ByAction, "at")
    narrowed_by_links = ("target_id", "actor__id__exact", "at__gte", "at__lt")
    ordering = ("-id",)
    fields = ("at", "who", "how", "address", "action", "on", "its_id", "told")
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        """Return the URLs, with that of the export."""
        export = self.admin_site.admin_view(self.export)
        added = path("export/<str:form>/", export, name="accounts_auditentry_export")
        return [added, *super().get_urls()]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search by address and id; by name only for those who may see all names."""
        named = ("target_name",) if audit_reading.may_see_all(request.user) else ()
        return ("actor_email", "=target_id", "=actor__id", *named)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the list, with links to its export for those who may."""
        formats = list(audit_reading.FORMATS) if may(request.user, EXPORT) else []
        more = {"export_formats": formats, "narrowed": request.GET.urlencode()}
        return super().changelist_view(request, more | (extra_context or {}))

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """Stream the entries that the list would show."""
        if not may(request.user, EXPORT, "accounts.view_auditentry"):
            raise PermissionDenied
        if form not in audit_reading.FORMATS:
            raise Http404
        entries = self.get_changelist_instance(request).get_queryset(request)
        audit.record("audit.exported", ("audit_entry", "", form))
        whole = audit_reading.may_see_all(request.user)
        name = f"audit-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"
        return StreamingHttpResponse(
            audit_reading.stream(entries, form, whole=whole),
            content_type=audit_reading.FORMATS[form],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @display(description="Who", ordering="actor_email")
    def who(self, entry: AuditEntry) -> str:
        """The address of who acted, as it was then."""
        return entry.actor_email or NOTHING

    @display(description="How", ordering="via")
    def how(self, entry: AuditEntry) -> str:
        """How they were known."""
        known = entry.get_via_display()
        return f"{known} {entry.key_hint}…" if entry.key_hint else known

    @display(description="How", ordering="via")
    def how_and_where(self, entry: AuditEntry) -> str:
        """How they were known, and from where they came."""
        return f"{self.how(entry)}, {entry.address}" if entry.address else self.how(entry)

    @display(description="On")
    def on(self, entry: AuditEntry) -> str:
        """What it was done to, as it was called then."""
        kind = _in_words(entry.target_kind)
        name = self._shown(entry)["name"]
        return f"{kind} “{name}”" if name else kind

    @display(description="Its id")
    def its_id(self, entry: AuditEntry) -> str:
        """The id of what it was done to."""
        return str(self._shown(entry)["target"] or NOTHING)

    @display(description="Details")
    def told(self, entry: AuditEntry) -> SafeString | str:
        """What was changed."""
        details = self._shown(entry)["details"]
        if not details:
            return NOTHING
        text = json.dumps(details, indent=2, ensure_ascii=False)
        return format_html('<pre tabindex="0">{}</pre>', text)

    def _shown(self, entry: AuditEntry) -> audit_reading.Entry:
        viewer = cast(Any, entry).viewed_by
        return audit_reading.as_dict(entry, whole=audit_reading.may_see_all(viewer))
