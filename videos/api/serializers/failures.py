"""Why a video, a job or a step failed."""

from typing import Any

from rest_framework import serializers

from videos.api.vocabulary import FAILURE_CODES, UNKNOWN


class FailureCodeField(serializers.ChoiceField):
    """A failure code. A code that only another version knows is shown as ``internal_error``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=FAILURE_CODES, **options)

    def to_representation(self, value: Any) -> str:
        """Return the code, or ``internal_error`` if it is unknown."""
        return str(value) if value in FAILURE_CODES else UNKNOWN


class ErrorSerializer(serializers.Serializer[Any]):
    """Why a video, a job or a step failed."""

    code = FailureCodeField()
    message = serializers.CharField(help_text="a sentence for people")
