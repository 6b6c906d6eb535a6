"""The filters of the API's lists."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import CharField
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField

from accounts.models import AuditEntry
from processing.models import Run
from videos import search, tags
from videos.models import Folder, Video, WebhookDelivery


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


AT_THE_TOP = "none"
"""What stands for no folder in an address."""


def place_of(text: str) -> UUID | None:
    """Return the id of a folder from an address; None for the top. Raises ``ValueError``."""
    return None if text == AT_THE_TOP else UUID(text)


class _Place(CharField):
    default_error_messages = {"invalid": f"It must be the id of a folder, or {AT_THE_TOP}."}

    def clean(self, value: Any) -> str:
        """Return the text of an id in its usual form, or the word for the top."""
        text = super().clean(value)
        try:
            return text and str(place_of(text) or AT_THE_TOP)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class PlaceFilter(filters.CharFilter):  # type: ignore[misc]  # its base has no types
    """What lies directly in a folder, or at the top."""

    field_class = _Place

    def filter(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the rows there."""
        return rows.filter(**{self.field_name: place_of(text)}) if text else rows


class LibraryFilter(CreatedFilter):
    """The filters of what lies in the library."""

    folder = PlaceFilter(label=f"the folder it lies in, or `{AT_THE_TOP}` for the top")
    tags = filters.CharFilter(
        method="tagged", label="tags with commas between; it has all of them", max_length=2600
    )
    external_id = filters.CharFilter(label="your own name for it", max_length=200)

    def tagged(self, rows: QuerySet[Any], _: str, text: str) -> QuerySet[Any]:
        """Return those that have all of these tags."""
        wanted = tags.asked(text)
        return tags.having(rows, wanted) if wanted else rows.none()


class VideoFilter(LibraryFilter):
    """The filters of the video list."""

    search = filters.CharFilter(
        method="named",
        label="words of which each begins a word of the title, the description, a tag, the file's "
        "name or the provenance; or a text that the title or the file's name contains",
        max_length=200,
    )

    class Meta:
        model = Video
        fields = ("status", "visibility", "moderation", "media_type")

    def named(self, videos: QuerySet[Video], _: str, text: str) -> QuerySet[Video]:
        """Return the videos that a text finds."""
        return search.found(videos, text)


class FolderFilter(filters.FilterSet):  # type: ignore[misc]  # its base has no types
    """The filters of the folder list."""

    parent = PlaceFilter(label=f"the folder it lies in, or `{AT_THE_TOP}` for the top")

    class Meta:
        model = Folder
        fields = ("parent",)


class JobFilter(CreatedFilter):
    """The filters of the job list. A video that does not exist or that the reader may not inspect
    has no visible jobs."""

    video = filters.UUIDFilter()

    class Meta:
        model = Run
        fields = ("status", "kind", "video", "error_code")


class WebhookDeliveryFilter(CreatedFilter):
    """The filters of the messages to a webhook."""

    class Meta:
        model = WebhookDelivery
        fields = ("state", "kind", "event")


class AuditFilter(filters.FilterSet):  # type: ignore[misc]  # its base has no types
    """The filters of the audit log."""

    who = filters.CharFilter("actor_email", label="the address of who acted", max_length=254)
    action = filters.CharFilter(label="what was done, such as `video.deleted`", max_length=64)
    kind = filters.CharFilter("target_kind", label="of what it was done to", max_length=32)
    target = filters.CharFilter("target_id", label="the id of what it was done to", max_length=64)
    created_after = MomentFilter("at", "gte", label="done at this time or later")
    created_before = MomentFilter("at", "lt", label="done before this time")

    class Meta:
        model = AuditEntry
        fields = ("via",)
