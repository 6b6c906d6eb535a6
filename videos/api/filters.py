"""The filters of the API's lists."""

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
        """Return the moment in UTC, or None if no value was sent."""
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]  # its base has no types
    """A date and time as in RFC 3339; UTC if it names no offset."""

    field_class = _Moment


class CreatedFilter(filters.FilterSet):  # type: ignore[misc]  # its base has no types
    """Filter by creation time, from one moment (included) to another (excluded), so that adjoining
    periods do not overlap."""

    created_after = MomentFilter("created_at", "gte", label="created at this time or later")
    created_before = MomentFilter("created_at", "lt", label="created before this time")


class VideoFilter(CreatedFilter):
    """The filters of the video list."""

    search = filters.CharFilter(
        method="named",
        label="text that the title contains, in upper or lower case",
        max_length=200,
    )

    class Meta:
        model = Video
        fields = ("status", "visibility", "moderation", "media_type")

    def named(self, videos: QuerySet[Video], _: str, text: str) -> QuerySet[Video]:
        """Return the videos whose title contains the text."""
        return search.in_titles(videos, text)


class JobFilter(CreatedFilter):
    """The filters of the job list. A video that does not exist or that the reader may not inspect
    has no visible jobs."""

    video = filters.UUIDFilter()

    class Meta:
        model = Run
        fields = ("status", "kind", "video", "error_code")
