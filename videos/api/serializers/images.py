"""Serializers of images in requests and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from videos import image_library
from videos.api.fields import IdField, TitleField
from videos.api.serializers.files import UploadedFileField, only_one_file
from videos.api.serializers.items import ItemEditSerializer
from videos.api.strictness import StrictForm
from videos.api.video_settings import ExpiryField, MetadataField, TagsField
from videos.ingest.images import ImageSettings
from videos.models import Image, Source
from videos.playback import images

_OBJECT = {"type": "object", "additionalProperties": {}}


class ImageSourceSerializer(serializers.ModelSerializer[Source]):
    """The original file, untouched."""

    origin = serializers.ChoiceField(Source.Origin.choices, help_text="how it came in")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Source
        fields = ("filename", "size", "sha256", "origin", "url")
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(help_text="saves it; programs never show it"))
    def get_url(self, source: Source) -> Any:
        """Return the URL of the original."""
        return self.context["request"].build_absolute_uri(images.original_url(source.image))


class ImageSerializer(serializers.ModelSerializer[Image]):
    """An image, as its owner and staff see it."""

    folder = serializers.UUIDField(
        source="folder_id", allow_null=True, help_text="the id of its folder; null at the top"
    )
    tags = TagsField(read_only=True)
    metadata = serializers.SerializerMethodField()
    provenance = serializers.SerializerMethodField()
    owner = serializers.UUIDField(source="owner_id", help_text="the owner's id")
    url = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()
    source = ImageSourceSerializer()  # type: ignore[assignment]  # a member of ours

    class Meta:
        model = Image
        fields = (
            "id",
            "title",
            "folder",
            "tags",
            "metadata",
            "external_id",
            "provenance",
            "expires_at",
            "owner",
            "format",
            "width",
            "height",
            "url",
            "thumbnail",
            "source",
            "created_at",
            "deleted_at",
        )
        read_only_fields = fields

    @extend_schema_field(_OBJECT)
    def get_metadata(self, image: Image) -> Any:
        """The owner's own data."""
        return image.metadata

    @extend_schema_field(_OBJECT)
    def get_provenance(self, image: Image) -> Any:
        """Where it came from, such as the generator and its prompt."""
        return image.provenance

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_url(self, image: Image) -> Any:
        """The copy that is shown: its pixels, upright, in sRGB, and nothing else of the file."""
        return self._absolute(image, images.copy_url(image))

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_thumbnail(self, image: Image) -> Any:
        """A JPEG of at most 320 pixels in both directions; null in the trash, as is the copy."""
        return self._absolute(image, images.thumbnail_url(image))

    def _absolute(self, image: Image, address: str) -> Any:
        if image.deleted_at is not None:
            return None
        return self.context["request"].build_absolute_uri(address)


class ImageSettingsSerializer(StrictForm):
    """What is said about a new image. ``settings`` returns it once it is valid."""

    read_only_members = ImageSerializer.Meta.fields
    title = TitleField(required=False, allow_blank=True, max_length=200)
    folder = IdField(required=False, help_text="the id of one of your folders")
    tags = TagsField(required=False)
    metadata = MetadataField(required=False)
    external_id = TitleField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="your own name for it; only one image of yours may have it",
    )
    expires_at = ExpiryField(required=False, help_text="it is moved into the trash then")

    def settings(self) -> ImageSettings:
        """Return the validated settings."""
        return image_settings(self.validated_data)


class ImageUploadSerializer(ImageSettingsSerializer):
    """A file with the settings of an image."""

    file = UploadedFileField(
        allow_empty_file=True,
        error_messages={"required": "Send the image as the form field `file`."},
    )

    def validate_file(self, file: Any) -> Any:
        """Accept only one file per request."""
        return only_one_file(self, file)


def image_settings(validated: Mapping[str, Any]) -> ImageSettings:
    """Return the settings of an image among validated members."""
    known = ImageSettings.__dataclass_fields__
    given = {name: value for name, value in validated.items() if name in known}
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    return ImageSettings(**given)


class ImageEditSerializer(ItemEditSerializer, serializers.ModelSerializer[Image]):
    """The members of an image that its owner may change."""

    read_only_members = ImageSerializer.Meta.fields

    class Meta:
        model = Image
        fields = ("title", "folder", "tags", "metadata", "external_id", "expires_at")

    def update(self, instance: Image, validated_data: dict[str, Any]) -> Image:
        """Write only the changed fields."""
        return image_library.edit(instance, **validated_data)
