"""The filters of the admin's lists. None of them counts all rows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from processing.ffmpeg.notices import KINDS
from videos.models import Video

_MOST = 60


class HasNotices(admin.SimpleListFilter):
    """Filter videos by notices: what was left out, shortened, guessed or repaired in their file."""

    title = "notices"
    parameter_name = "notice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices: any notice, no notice, or one code."""
        return [("any", "Has notices"), ("none", "Has none"), *((code, code) for code in KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Video]) -> QuerySet[Video]:
        """Return the videos that match the choice."""
        told = queryset.exclude(release__notices=None).exclude(release__notices=[])
        if self.value() == "any":
            return told
        if self.value() == "none":
            return queryset.filter(release__notices=[])
        if self.value() in KINDS:
            return told.filter(release__notices__icontains=f'"{self.value()}"')
        return queryset


class Deleted(admin.SimpleListFilter):
    """Filter by deletion; deleted rows are hidden by default."""

    title = "deletion"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices besides the default, which shows only what is not deleted."""
        return [("yes", "Deleted"), ("all", "Both")]

    def choices(self, changelist: Any) -> Any:
        """Name the first choice "Not deleted", since that is the default."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | ({"display": "Not deleted"} if number == 0 else {})

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that match the choice."""
        if self.value() == "all":
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "yes")


class ByErrorCode(admin.SimpleListFilter):
    """Filter rows by their error code."""

    title = "error"
    parameter_name = "error_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the error codes that occur in the rows."""
        failed = model_admin.model._default_manager.exclude(error_code="").order_by()
        codes = failed.values_list("error_code", flat=True).distinct()[:_MOST]
        return [(code, code) for code in sorted(codes)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that failed with the chosen code."""
        code = self.value()
        if code is None:
            return queryset
        return queryset.none() if "\0" in code else queryset.filter(error_code=code)
