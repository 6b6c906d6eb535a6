"""What is sent to make and to change a video."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from videos import editing
from videos.api.fields import TextField
from videos.api.serializers.files import UploadedFileField, only_one_file
from videos.api.serializers.items import ItemEditSerializer
from videos.api.serializers.videos import VideoSerializer
from videos.api.video_settings import (
    VideoSettingsSerializer,
)
from videos.models import Video


class VideoEditSerializer(ItemEditSerializer, serializers.ModelSerializer[Video]):
    """The members of a video that its owner may change."""

    read_only_members = VideoSerializer.Meta.fields
    description = TextField(required=False, allow_blank=True, max_length=5000)

    class Meta:
        model = Video
        fields = (
            "title",
            "description",
            "visibility",
            "folder",
            "tags",
            "metadata",
            "external_id",
            "expires_at",
        )

    def update(self, instance: Video, validated_data: dict[str, Any]) -> Video:
        """Write only the changed fields."""
        return editing.edit(instance, **validated_data)


class VideoUploadSerializer(VideoSettingsSerializer):
    """A file with its settings, and perhaps a poster."""

    read_only_members = VideoSerializer.Meta.fields
    file = UploadedFileField(
        allow_empty_file=True,
        error_messages={"required": "Send the video as the form field `file`."},
    )

    poster = UploadedFileField(
        required=False,
        allow_empty_file=True,
        help_text="an image that is shown for the video, instead of a still of it",
    )

    def validate_file(self, file: "UploadedFile[bytes]") -> "UploadedFile[bytes]":
        """Accept only one file per request."""
        return only_one_file(self, file)

    def validate_poster(self, file: "UploadedFile[bytes]") -> "UploadedFile[bytes]":
        """Accept only one poster per request."""
        return only_one_file(self, file, "poster")
