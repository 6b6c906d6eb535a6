"""The settings of a new video in requests, the same for every way in."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, cast

from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

from processing.ffmpeg import names
from videos import strict_json
from videos.api.fields import ChoiceField, IdField, MomentField, TextField, TitleField
from videos.api.parsers import MOST_LEVELS
from videos.api.strictness import StrictForm
from videos.ingest.settings import METADATA_BYTES, MOST_TAGS, TAG_LENGTH, Clip, VideoSettings
from videos.models import Video

_LONGEST_CLIP_SECONDS = 1e6
ON_DUPLICATE = ("keep", "refuse", "share")


class FormJSONField(serializers.JSONField):
    """A JSON value. In a form it is sent as its JSON text."""

    default_error_messages = {"invalid": "This is not the JSON value that is expected here."}

    def __init__(self, **options: Any) -> None:
        super().__init__(decoder=strict_json.Decoder, **options)

    def to_internal_value(self, data: Any) -> Any:
        """Return the value; fail for text that is no JSON, or that no database can hold."""
        try:
            value = super().to_internal_value(data)
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
            text.encode()
        except (RecursionError, ValueError):  # the latter also for lone surrogates and NaN
            self.fail("invalid")
        if "\0" in text or "\\u0000" in text or _levels(value) > MOST_LEVELS:
            self.fail("invalid")
        return value


@extend_schema_field(
    {
        "type": "array",
        "maxItems": MOST_TAGS,
        "uniqueItems": True,
        "items": {"type": "string", "minLength": 1, "maxLength": TAG_LENGTH, "pattern": "^[^,]*$"},
        "description": "one's own words, to find videos by; in a form, each in a field `tags` of "
        "its own, or all as the JSON text of a list",
    }
)
class TagsField(FormJSONField):
    """A list of tags. A form gives each in a field of its own, as generated clients do, or all in
    one field as the JSON text of a list."""

    may_repeat = True
    default_error_messages = {
        "invalid": "Send a list of strings.",
        "too_many": f"A video has at most {MOST_TAGS} tags.",
        "tag": f"A tag has 1 to {TAG_LENGTH} characters, and no comma.",
        "repeated": "A tag is given twice.",
    }

    def get_value(self, dictionary: Any) -> Any:
        """Return the fields of a form, or the text of the only one if it is that of a list."""
        value = super().get_value(dictionary)
        if isinstance(dictionary, MultiValueDict) and value is not empty:
            given = dictionary.getlist(self.field_name)
            is_list = isinstance(value, str) and value.startswith("[")
            return value if len(given) == 1 and is_list else given
        return value

    def to_internal_value(self, data: Any) -> Any:
        """Return the tags, cleaned as titles are, and each letter as one character."""
        value = super().to_internal_value(data)
        if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
            self.fail("invalid")
        if len(value) > MOST_TAGS:
            self.fail("too_many")
        tags = [names.composed(tag) for tag in value]
        if not all(0 < len(tag) <= TAG_LENGTH and "," not in tag for tag in tags):
            self.fail("tag")
        if len(set(tags)) < len(tags):
            self.fail("repeated")
        return tags


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {},
        "description": f"one's own data, at most {METADATA_BYTES // 1024} kB of JSON",
    }
)
class MetadataField(FormJSONField):
    """An object of the owner's own data."""

    default_error_messages = {
        "invalid": "Send an object.",
        "too_large": f"Metadata may take {METADATA_BYTES:,} bytes of JSON at most.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the object."""
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            self.fail("invalid")
        if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > (
            METADATA_BYTES
        ):
            self.fail("too_large")
        return cast("dict[str, Any]", value)


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "start": {"type": "number", "minimum": 0},
            "end": {"type": ["number", "null"], "exclusiveMinimum": 0},
        },
        "description": "the part of the file that becomes the video, in seconds",
    }
)
class ClipField(FormJSONField):
    """The part of the source that is wanted."""

    default_error_messages = {
        "invalid": "Send an object of `start` and `end`, both in seconds.",
        "empty": "The clip's end must be after its start.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """Return the clip, or None if it is the whole source."""
        value = super().to_internal_value(data)
        if not isinstance(value, dict) or not set(value) <= {"start", "end"}:
            self.fail("invalid")
        start, end = value.get("start", 0), value.get("end")
        for seconds in (start, *(() if end is None else (end,))):
            if isinstance(seconds, bool) or not isinstance(seconds, int | float):
                self.fail("invalid")
            if not 0 <= seconds <= _LONGEST_CLIP_SECONDS:
                self.fail("invalid")
        if end is not None and end <= start:
            self.fail("empty")
        return Clip(float(start), None if end is None else float(end)) if start or end else None


class ExpiryField(MomentField):
    """A moment in the future."""

    default_error_messages = {"past": "This moment is not in the future."}

    def to_internal_value(self, data: Any) -> datetime:
        """Return the moment in UTC; fail if it is not in the future."""
        wanted = super().to_internal_value(data)
        if wanted <= timezone.now():
            self.fail("past")
        return wanted


class VideoSettingsSerializer(StrictForm):
    """What a request says about a new video. ``settings`` returns it once it is valid."""

    title = TitleField(required=False, allow_blank=True, max_length=200)
    description = TextField(required=False, allow_blank=True, max_length=5000)
    visibility = ChoiceField(
        Video.Visibility.choices, required=False, default=Video.Visibility.PRIVATE
    )
    folder = IdField(required=False, help_text="the id of one of your folders")
    tags = TagsField(required=False)
    metadata = MetadataField(required=False)
    external_id = TitleField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="your own name for it; only one video of yours may have it",
    )
    profile = TextField(
        required=False, max_length=50, help_text="the encoding profile; the default if left out"
    )
    clip = ClipField(required=False)
    expires_at = ExpiryField(required=False, help_text="it is moved into the trash then")
    original = ChoiceField(
        Video.Original.choices,
        required=False,
        default=Video.Original.KEEP,
        help_text="`drop`: delete the original once the video is ready, which then cannot be "
        "processed again",
    )
    on_duplicate = ChoiceField(
        ON_DUPLICATE,
        required=False,
        default="keep",
        help_text="what to do if you have a video of the same bytes",
    )

    def settings(self) -> VideoSettings:
        """Return the validated settings."""
        given = {
            name: value
            for name, value in self.validated_data.items()
            if name in VideoSettings.__dataclass_fields__
        }
        if "tags" in given:
            given["tags"] = tuple(given["tags"])
        return VideoSettings(**given)


def parsed(data: Any) -> VideoSettings:
    """Return the settings in ``data``, which came by another way than a request's body. Raises
    ``ValidationError``."""
    form = VideoSettingsSerializer(data=data)
    if not form.is_valid():
        raise ValidationError(form.errors)
    return form.settings()


def _levels(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth
