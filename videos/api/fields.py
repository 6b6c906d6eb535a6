"""Serializer fields that check JSON types: a value of another type is an error."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from processing.ffmpeg import names


class TextField(serializers.CharField):
    """A string field that does not accept numbers."""

    def to_internal_value(self, data: Any) -> str:
        """Return the string; fail for a value of any other type."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ChoiceField(serializers.ChoiceField):
    """A choice that a form cannot leave empty: DRF takes an empty form field for a missing one."""

    def get_value(self, dictionary: Any) -> Any:
        """Return the value as it was sent, even if it is empty."""
        if self.field_name in dictionary:
            return dictionary[self.field_name]
        return super().get_value(dictionary)


class TitleField(TextField):
    """One line for people to read, cleaned of non-characters and of characters that change the
    writing direction."""

    def to_internal_value(self, data: Any) -> str:
        """Return the cleaned title. The maximum length holds for what was sent."""
        if isinstance(data, str) and self.max_length and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return names.shown(super().to_internal_value(data))


class NumberField(serializers.IntegerField):
    """An integer field that does not accept strings."""

    def to_internal_value(self, data: Any) -> int:
        """Return the integer; fail for a boolean or a value that is no number."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class SecondsField(serializers.FloatField):
    """A number of seconds that does not accept strings."""

    def to_internal_value(self, data: Any) -> float:
        """Return the seconds; fail for a boolean or a value that is no number."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class IdField(serializers.UUIDField):
    """An id, sent as a string."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the UUID; fail for a value that is no string."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field[Any, Any, Any, Any]):
    """A date and time; UTC is meant if it names no offset."""

    default_error_messages = {"invalid": "Write a date and time as 2030-01-31T12:00:00Z."}

    def to_internal_value(self, data: Any) -> datetime:
        """Return the moment in UTC."""
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
            if moment is None:
                self.fail("invalid")
            aware = moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        except (OverflowError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        """Return the moment as text."""
        return value.isoformat()


class AddressField(serializers.URLField):
    """A path of this server, shown with the scheme and host of the request."""

    def to_representation(self, value: str) -> str:
        """Return the URL."""
        address: str = self.context["request"].build_absolute_uri(value)
        return address
