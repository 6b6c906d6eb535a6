"""Code shared by the admin pages: light and read-only lists, chips, and links to other rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets, SimpleListFilter, helpers
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.rights import may
from config.admin import navigation, search
from config.admin.audited import AuditedAdmin
from config.admin.autocompletion import RowSelect
from config.admin.keys import may_be_key

NOTHING = "–"  # noqa: RUF001  # a dash, where there is nothing to be said
NOT_THERE = "Your choice is no longer here: it was deleted or changed."
PAGE = 40


class LightAdmin(AuditedAdmin):
    """A model's admin whose list stays fast however many rows there are."""

    list_per_page = PAGE
    list_max_show_all = PAGE
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    empty_value_display = NOTHING
    empty_hint: ClassVar[str] = ""
    """Where the rows of the list come from, as an empty list says."""
    narrowed_by_links: ClassVar[tuple[str, ...]] = ()
    """The lookups by which links of other pages narrow the list, besides its filters."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only the lookups of the list's filters and of links to it. Otherwise somebody who
        may see a list could guess the values it does not show, a letter at a time. Django itself
        refuses names that are not fields."""
        known = {field.name for field in self.model._meta.get_fields()} | {"pk"}
        if lookup.partition("__")[0] not in known:
            return True
        return lookup in {*self.narrowed_by_links, *self._filters(request)}

    def _filters(self, request: HttpRequest) -> Iterator[str]:
        filters: list[Any] = list(self.get_list_filter(request))
        for one in filters:
            if isinstance(one, tuple):
                yield f"{one[0]}__isempty"
            elif isinstance(one, str):
                yield from (f"{one}__{asked}" for asked in ("exact", "isnull", "id__exact"))
            elif issubclass(one, SimpleListFilter):
                yield str(one.parameter_name)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Return the page of a row. If the row was deleted while it was being saved, redirect to
        the list with a warning."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ObjectDoesNotExist:
            if request.method != "POST" or object_id is None:
                raise
            said = "It was deleted in the meantime, so nothing was changed."
            self.message_user(request, said, messages.WARNING)
            return redirect(self.list_url())

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Run an action, or refuse it with a warning if a chosen key cannot be a row's key."""
        chosen = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        if all(may_be_key(self.model, one) for one in chosen):
            return super().response_action(request, queryset, *args, **kwargs)
        self.message_user(request, NOT_THERE, messages.WARNING)
        return redirect(request.get_full_path())

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Refuse also the names of relations from elsewhere, for which Django fails."""
        columns = self.model._meta.concrete_fields
        known = {name for one in columns for name in (one.name, one.attname)}
        return to_field in known and super().to_field_allowed(request, to_field)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the field of a form, which shows no row for what cannot be a key."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def list_url(self) -> str:
        """Return the URL of the list."""
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the row with the viewer in ``viewed_by``: the links on its page depend on that."""
        if "\0" in object_id:
            return None
        found = super().get_object(request, object_id, from_field or None)
        if found is not None:
            found.viewed_by = request.user
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that contain all the words, in any script, ignoring case."""
        fields = self.get_search_fields(request)
        for condition in search.lookups(fields, search_term) if fields else ():
            queryset = queryset.filter(condition)
        return queryset, False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list under the model's name in the navigation."""
        title = {"title": navigation.label_of(self.model)}
        return super().changelist_view(request, title | (extra_context or {}))

    def title_of(self, row: Any) -> str:
        """Return the heading of a row's page."""
        return str(row)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Render the page of a row under the row's name."""
        row = kwargs.get("obj")
        if row is not None:
            context |= {"title": self.title_of(row), "subtitle": None}
        context["adminform"].form.label_suffix = ""
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list with the viewer in ``viewed_by`` of each row. Raises
        ``IncorrectLookupParameters`` for a filter by a NUL, which PostgreSQL accepts in no text."""
        asked = (values for name, values in request.GET.lists() if name != SEARCH_VAR)
        if any("\0" in value for values in asked for value in values):
            raise IncorrectLookupParameters
        changelist = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        for row in changelist.result_list:
            row.viewed_by = request.user
        return changelist


class ReadOnlyAdmin(LightAdmin):
    """The admin of rows that the product writes: they can be viewed, never edited by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are not added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are not edited by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are not deleted by hand."""
        return False


def chip(state: str, words: str) -> SafeString:
    """Return the HTML of a state, in words and in the site's colour for it."""
    return format_html('<span class="status" data-status="{}">{}</span>', state, words)


def link(row: Model | None, words: str = "", *, viewer: Any) -> SafeString | str:
    """Return a row's name, as a link if the viewer may view the row."""
    if row is None:
        return NOTHING
    meta, name = row._meta, words or str(row)
    if not may(viewer, f"{meta.app_label}.view_{meta.model_name}"):
        return name
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, name)


def listing(model: type[Model], words: str, *, viewer: Any, **narrowed: object) -> SafeString | str:
    """Return the words, as a link to the model's list narrowed by the given lookups if the viewer
    may view it."""
    meta = model._meta
    if not may(viewer, f"{meta.app_label}.view_{meta.model_name}"):
        return words
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    query = "&".join(f"{name}={value}" for name, value in narrowed.items())
    return format_html('<a href="{}?{}">{}</a>', url, query, words)
