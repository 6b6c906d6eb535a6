"""What is sent to choose a video's poster."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from videos.api.fields import SecondsField, TextField
from videos.api.serializers.files import UploadedFileField, only_one_file
from videos.api.strictness import StrictForm


class PosterChoiceSerializer(StrictForm):
    """A frame of the video: by its time, or by the name of a candidate."""

    time = SecondsField(required=False, help_text="seconds from the beginning of the video")
    candidate = TextField(
        required=False, max_length=64, help_text="a candidate of the video, such as one of its list"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept exactly one of both."""
        if len(attrs) != 1:
            raise serializers.ValidationError("Send either `time` or `candidate`.", code="required")
        return attrs


class PosterFileSerializer(StrictForm):
    """An image that is shown instead of a frame of the video."""

    poster = UploadedFileField(
        allow_empty_file=True,
        error_messages={"required": "Send the image as the form field `poster`."},
    )

    def validate_poster(self, file: "UploadedFile[bytes]") -> "UploadedFile[bytes]":
        """Accept only one poster per request."""
        return only_one_file(self, file, "poster")
