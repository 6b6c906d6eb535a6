"""What the lists of the admin can be narrowed by. None of them counts all rows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from processing.ffmpeg.notices import KINDS
from videos.models import Video

_MOST = 60


class HasNotices(admin.SimpleListFilter):
    """Videos of whose file something was left out, shortened, guessed or repaired."""

    title = "notices"
    parameter_name = "notice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Any, none, or one of a kind."""
        return [("any", "Has notices"), ("none", "Has none"), *((code, code) for code in KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Video]) -> QuerySet[Video]:
        """The videos that have them."""
        told = queryset.exclude(release__notices=None).exclude(release__notices=[])
        if self.value() == "any":
            return told
        if self.value() == "none":
            return queryset.filter(release__notices=[])
        if self.value() in KINDS:
            return told.filter(release__notices__icontains=f'"{self.value()}"')
        return queryset


class Deleted(admin.SimpleListFilter):
    """Deleted videos stand apart."""

    title = "deletion"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Besides those that are there, which are shown first."""
        return [("yes", "Deleted"), ("all", "Both")]

    def choices(self, changelist: Any) -> Any:
        """The first choice is what is shown when nothing is chosen."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | ({"display": "Not deleted"} if number == 0 else {})

    def queryset(self, request: HttpRequest, queryset: QuerySet[Video]) -> QuerySet[Video]:
        """Those that were asked for."""
        if self.value() == "all":
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "yes")


class ByErrorCode(admin.SimpleListFilter):
    """Rows by the code of their error."""

    title = "error"
    parameter_name = "error_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The codes there are."""
        failed = model_admin.model._default_manager.exclude(error_code="").order_by()
        codes = failed.values_list("error_code", flat=True).distinct()[:_MOST]
        return [(code, code) for code in sorted(codes)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that failed of it."""
        return queryset.filter(error_code=self.value()) if self.value() else queryset
