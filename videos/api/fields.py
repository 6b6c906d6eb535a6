"""Fields of ours."""

from typing import Any

from rest_framework import serializers

from processing.ffmpeg import names


class TitleField(serializers.CharField):
    """One line that people read, without what is no character or turns the direction of writing."""

    def to_internal_value(self, data: Any) -> str:
        """Cleaned, then as long as it may be."""
        return names.shown(super().to_internal_value(data))
