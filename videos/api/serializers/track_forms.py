"""Serializers of what is sent about tracks."""

from __future__ import annotations

import math
import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from processing.captions import limits
from processing.packaging import languages
from videos.api import vocabulary
from videos.api.fields import ChoiceField, TextField, TitleField
from videos.api.serializers.cues import CueSerializer
from videos.api.serializers.files import UploadedFileField, only_one_file
from videos.api.serializers.imports import FetchedUrlField
from videos.api.serializers.tracks import TrackSerializer
from videos.api.strictness import StrictForm
from videos.fetching import urls
from videos.models import Track

_MS = 1000
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class LanguageField(TextField):
    """A BCP 47 language tag; empty if the language is not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=35, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        """Return the tag with its shortest code; fail for what is no tag."""
        text = super().to_internal_value(data)
        if text and not _TAG.fullmatch(text):
            raise serializers.ValidationError(
                "Write a language tag such as `en` or `pt-BR`.", code="language_invalid"
            )
        return languages.tag(text)


class TranscribeSerializer(StrictForm):
    """Make captions of what is said."""

    language = LanguageField(
        required=False,
        help_text="the language that is spoken; `auto` for the one that is heard; without it, or "
        "empty, as the operator chose",
    )


class TrackEditSerializer(StrictForm):
    """What can be changed of a track."""

    read_only_members = TrackSerializer.Meta.fields

    kind = ChoiceField(choices=vocabulary.TEXT_KINDS, required=False)
    language = LanguageField(required=False)
    label = TitleField(  # type: ignore[assignment]  # a member of ours
        required=False, allow_blank=True, max_length=100
    )
    default = serializers.BooleanField(required=False)

    def changes(self) -> dict[str, Any]:
        """Return the columns to change."""
        given = dict(self.validated_data)
        if "default" in given:
            given["is_default"] = given.pop("default")
        return given


class OffsetField(serializers.FloatField):
    """Seconds of the video at which audio begins; below 0, so many seconds of it are left out."""

    def __init__(self, **options: Any) -> None:
        longest = limits.MOST_MS / _MS
        super().__init__(min_value=-longest, max_value=longest, **options)

    def to_internal_value(self, data: Any) -> float:
        """Return the seconds; fail for what is no number."""
        seconds = super().to_internal_value(data)
        if not math.isfinite(seconds):
            self.fail("invalid")
        return seconds


def only_audio_is_moved(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a new track; fail if a text has an offset."""
    if "offset" in attrs and attrs["kind"] != Track.Kind.AUDIO:
        raise serializers.ValidationError(
            {"offset": ErrorDetail("Only audio has an offset.", code="invalid")}
        )
    return attrs


class TrackSubmitSerializer(TrackEditSerializer):
    """A new track whose text is fetched from a URL, or given as cues."""

    kind = ChoiceField(choices=Track.Kind.choices, default=Track.Kind.CAPTIONS)
    url = FetchedUrlField(
        required=False,
        max_length=urls.LONGEST,
        help_text="of a file, which is fetched at once, or, for audio, soon",
    )
    cues = serializers.ListField(child=CueSerializer(), required=False, max_length=limits.MOST_CUES)

    offset = OffsetField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept exactly one of both sources."""
        if ("url" in attrs) == ("cues" in attrs):
            raise serializers.ValidationError("Send either `url` or `cues`.", code="required")
        if attrs["kind"] == Track.Kind.AUDIO and "cues" in attrs:
            raise serializers.ValidationError(
                {"cues": ErrorDetail("Audio has no cues. Send its `url`.", code="invalid")}
            )
        return only_audio_is_moved(attrs)


class TrackFileSerializer(TrackEditSerializer):
    """A new track whose text is a file."""

    kind = ChoiceField(choices=Track.Kind.choices, default=Track.Kind.CAPTIONS)
    file = UploadedFileField(allow_empty_file=True)
    offset = OffsetField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept an offset for audio alone."""
        return only_audio_is_moved(attrs)

    def validate_file(self, file: UploadedFile[bytes]) -> UploadedFile[bytes]:
        """Accept only one file per request."""
        return only_one_file(self, file)
