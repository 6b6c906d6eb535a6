"""What is sent to make and to change a video."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from videos import editing
from videos.api.fields import IdField, TextField, TitleField
from videos.api.serializers.files import UploadedFileField, only_one_file
from videos.api.serializers.videos import VideoSerializer
from videos.api.strictness import StrictForm
from videos.api.video_settings import (
    ExpiryField,
    MetadataField,
    TagsField,
    VideoSettingsSerializer,
)
from videos.models import Video


class VideoEditSerializer(StrictForm, serializers.ModelSerializer[Video]):
    """The members of a video that its owner may change."""

    read_only_members = VideoSerializer.Meta.fields
    title = TitleField(required=False, allow_blank=True, max_length=200)
    description = TextField(required=False, allow_blank=True, max_length=5000)

    folder = IdField(required=False, allow_null=True, source="folder_id")
    tags = TagsField(required=False)
    metadata = MetadataField(required=False)
    external_id = TitleField(required=False, allow_blank=True, max_length=200)
    expires_at = ExpiryField(required=False, allow_null=True)

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
    """A file with its settings."""

    read_only_members = VideoSerializer.Meta.fields
    file = UploadedFileField(
        allow_empty_file=True,
        error_messages={"required": "Send the video as the form field `file`."},
    )

    def validate_file(self, file: "UploadedFile[bytes]") -> "UploadedFile[bytes]":
        """Accept only one file per request."""
        return only_one_file(self, file)
