"""By what lists are narrowed."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField

from processing.models import Run
from videos import search
from videos.models import Video


class _Moment(IsoDateTimeField):  # type: ignore[misc]  # its base has no types
    default_error_messages = {
        "invalid": "Write a date and time as 2026-01-31T12:00:00Z, a + in an address escaped."
    }

    def to_python(self, value: Any) -> datetime | None:
        """In UTC, where one is given."""
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]  # its base has no types
    """A date and time by RFC 3339; UTC where it does not say."""

    field_class = _Moment


class CreatedFilter(filters.FilterSet):  # type: ignore[misc]  # its base has no types
    """From a moment on, and until before another: periods that meet have nothing in common."""

    created_after = MomentFilter("created_at", "gte", label="created at this time or later")
    created_before = MomentFilter("created_at", "lt", label="created before this time")


class VideoFilter(CreatedFilter):
    """Narrow the library."""

    search = filters.CharFilter(
        method="named",
        label="text that the title contains, in upper or lower case",
        max_length=200,
    )

    class Meta:
        model = Video
        fields = ("status", "visibility", "moderation", "media_type")

    def named(self, videos: QuerySet[Video], _: str, text: str) -> QuerySet[Video]:
        """Those whose title has the text."""
        return search.in_titles(videos, text)


class JobFilter(CreatedFilter):
    """Narrow the list. A video that is not there, or not the reader's, has no jobs to be seen."""

    video = filters.UUIDFilter()

    class Meta:
        model = Run
        fields = ("status", "kind", "video", "error_code")
