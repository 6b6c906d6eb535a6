"""What direct uploads take and answer, in the words of Uppy's Companion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from videos.api.fields import NumberField, TextField
from videos.api.strictness import StrictForm
from videos.api.video_settings import VideoSettingsSerializer
from videos.ingest.direct.completion import Named
from videos.ingest.settings import VideoSettings
from videos.storage.multipart import LARGEST_OBJECT, MOST_PARTS

# What Uppy says about every file by itself.
_UPPYS_OWN = frozenset({"name", "type", "relativePath", "caption"})
_LONGEST_ETAG = 200
_MOST_DIGITS = 15


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {},
        "description": "the settings of the video, as in `createVideo`; a value that is no string "
        "may be sent as its JSON text. `size` may be here too. `name`, `type`, `relativePath` and "
        "`caption`, which Uppy sends by itself, are not read",
    }
)
class UppyMetadataField(serializers.Field[Any, Any, Any, Any]):
    """The metadata of a file in Uppy."""

    default_error_messages = {"invalid": "Send an object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return what was sent by name, without what is null and what Uppy says by itself."""
        if not isinstance(data, Mapping):
            self.fail("invalid")
        return {
            str(name): value
            for name, value in data.items()
            if value is not None and name not in _UPPYS_OWN
        }


class S3CreateSerializer(StrictForm):
    """The beginning of a direct upload."""

    filename = TextField(max_length=1000, help_text="only shown; the server chooses the key")
    type = TextField(
        required=False, allow_blank=True, max_length=255, help_text="not believed: files are probed"
    )
    size = NumberField(
        required=False,
        min_value=1,
        max_value=LARGEST_OBJECT,
        help_text="bytes; if it is given, exactly as many must arrive",
    )
    metadata = UppyMetadataField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Read the settings and the size out of the metadata."""
        told = attrs.pop("metadata", {})
        if "size" in told:
            attrs.setdefault("size", _size(told.pop("size")))
        form = VideoSettingsSerializer(data=_as_form(told))
        if not form.is_valid():
            raise ValidationError({"metadata": form.errors})
        attrs["settings"] = form.settings()
        return attrs

    def settings(self) -> VideoSettings:
        """Return the settings of the video."""
        found: VideoSettings = self.validated_data["settings"]
        return found


class S3CreatedSerializer(serializers.Serializer[Any]):
    """A direct upload that was begun. ``uploadId`` and ``key`` name it in all further requests."""

    key = serializers.CharField()
    uploadId = serializers.UUIDField()
    part_size = serializers.IntegerField(help_text="bytes of a part, at most; at least 5 MiB")
    video = serializers.UUIDField(help_text="the id of the video that the file becomes")


class S3AddressSerializer(serializers.Serializer[Any]):
    """The address to which a part is sent by PUT."""

    url = serializers.URLField()
    expires = serializers.IntegerField(help_text="seconds")


class S3AddressesSerializer(serializers.Serializer[Any]):
    """The addresses of several parts."""

    presignedUrls = serializers.DictField(
        child=serializers.URLField(), help_text="by the numbers of the parts"
    )
    expires = serializers.IntegerField(help_text="seconds")


class S3PartSerializer(serializers.Serializer[Any]):
    """A part that has arrived."""

    PartNumber = serializers.IntegerField()
    ETag = serializers.CharField()
    Size = serializers.IntegerField(help_text="bytes")


class S3CompletedSerializer(serializers.Serializer[Any]):
    """A direct upload that is complete."""

    location = serializers.URLField(help_text="the URL of the video in this API")
    key = serializers.CharField()
    video = serializers.UUIDField(help_text="the id of the video")


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_PARTS,
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["PartNumber", "ETag"],
            "properties": {
                "PartNumber": {"type": "integer", "minimum": 1, "maximum": MOST_PARTS},
                "ETag": {"type": "string", "maxLength": _LONGEST_ETAG},
                "Size": {"type": "integer", "description": "not read"},
            },
        },
        "description": "the parts of the file, in order",
    }
)
class PartsField(serializers.Field[Any, Any, Any, Any]):
    """The parts that make up a file. There may be thousands, so they are read in one go."""

    default_error_messages = {
        "invalid": f"Send a list of 1 to {MOST_PARTS} parts, each with PartNumber and ETag."
    }

    def to_internal_value(self, data: Any) -> list[Named]:
        """Return the parts as they were named."""
        if not isinstance(data, list) or not 0 < len(data) <= MOST_PARTS:
            self.fail("invalid")
        return [self._part(one) for one in data]

    def _part(self, data: Any) -> Named:
        if not isinstance(data, dict) or not set(data) <= {"PartNumber", "ETag", "Size"}:
            self.fail("invalid")
        number, etag = data.get("PartNumber"), data.get("ETag")
        if type(number) is not int or not 1 <= number <= MOST_PARTS:
            self.fail("invalid")
        if not isinstance(etag, str) or len(etag) > _LONGEST_ETAG:
            self.fail("invalid")
        return Named(number, etag.strip('"'))


class S3CompleteSerializer(StrictForm):
    """The end of a direct upload."""

    parts = PartsField()


def _size(value: Any) -> int:
    """Return the size, which Uppy's metadata may hold as text."""
    field = NumberField(min_value=1, max_value=LARGEST_OBJECT)
    is_number = isinstance(value, str) and value.isascii() and value.isdigit()
    number = int(value) if is_number and len(value) <= _MOST_DIGITS else value
    try:
        return int(field.run_validation(number))
    except ValidationError as error:
        raise ValidationError({"metadata": {"size": error.detail}}) from error


def _as_form(told: Mapping[str, Any]) -> MultiValueDict[str, str]:
    """Return the values as a form has them: other values than strings as JSON text."""
    return MultiValueDict(
        {
            name: [value if isinstance(value, str) else json.dumps(value)]
            for name, value in told.items()
        }
    )
