"""Fields that find another row by typing, and the view that answers them.

Django's view takes any relation of any model that a request names, and fails for some.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest

from config.admin.keys import may_be_key

_NAMED = ("app_label", "model_name", "field_name")


class Autocompletion(AutocompleteJsonView):
    """Answers for the fields of this site's forms alone."""

    admin_site: Any

    def process_request(self, request: HttpRequest) -> Any:
        """Return what is searched; refuse what no form asks for."""
        if tuple(request.GET.get(name) for name in _NAMED) not in set(_offered(self.admin_site)):
            raise PermissionDenied
        return super().process_request(request)


class RowSelect(AutocompleteSelect):
    """Selects a row by typing. What cannot be a row's key selects none: the address of a page and a
    form that is sent can name anything."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        """Return the selected option."""
        model: type[Model] = self.field.remote_field.model
        return super().optgroups(name, [one for one in value if may_be_key(model, str(one))], attrs)


def _offered(site: AdminSite) -> Iterator[tuple[str, str, str]]:
    """Return the app, model and name of each field that finds rows by typing."""
    for made in site._registry.values():
        for one in (made, *made.inlines):
            meta = one.model._meta
            for field in one.autocomplete_fields:
                yield meta.app_label, str(meta.model_name), field
