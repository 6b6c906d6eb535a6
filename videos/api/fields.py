"""Fields of ours: JSON has types, and a value of another one is a mistake."""

from typing import Any

from rest_framework import serializers

from processing.ffmpeg import names


class TextField(serializers.CharField):
    """A text; no number passes for one."""

    def to_internal_value(self, data: Any) -> str:
        """As it is."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TitleField(TextField):
    """One line that people read, without what is no character or turns the direction of writing."""

    def to_internal_value(self, data: Any) -> str:
        """Cleaned, then as long as it may be."""
        return names.shown(super().to_internal_value(data))


class NumberField(serializers.IntegerField):
    """A whole number; no text passes for one."""

    def to_internal_value(self, data: Any) -> int:
        """As it is."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class IdField(serializers.UUIDField):
    """An id, as a text."""

    def to_internal_value(self, data: Any) -> Any:
        """The UUID."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)
