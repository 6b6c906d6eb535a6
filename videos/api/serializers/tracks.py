"""Serializers of tracks and their cues."""

from __future__ import annotations

import math
import re
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from processing.captions import document, limits, markup, notices, settings
from processing.packaging import languages
from videos import access
from videos.access import Viewer
from videos.api import vocabulary
from videos.api.fields import AddressField, ChoiceField, SecondsField, TextField, TitleField
from videos.api.serializers.files import UploadedFileField, only_one_file
from videos.api.serializers.imports import FetchedUrlField
from videos.api.strictness import StrictForm
from videos.fetching import urls
from videos.models import Track
from videos.tracks import selectors

_MS = 1000
_SUFFIXES = ("vtt", "srt", "txt", "json")
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


class TrackTextsSerializer(serializers.Serializer[Any]):
    """The whole text of a track as files. The URLs expire as those that play do."""

    vtt = AddressField(help_text="WebVTT")
    srt = AddressField(help_text="SubRip")
    txt = AddressField(help_text="the words alone")
    json = AddressField(help_text="the cues, with the times of their words if these are known")


class TrackNoticeSerializer(serializers.Serializer[Any]):
    """Something that was changed or left out when the text was read."""

    code = serializers.CharField(help_text="stable, for programs")
    message = serializers.CharField(help_text="a sentence for people")


class TrackErrorSerializer(serializers.Serializer[Any]):
    """Why a track could not be made."""

    code = serializers.CharField(help_text="stable, for programs")
    message = serializers.CharField(help_text="a sentence for people")


class TrackSerializer(serializers.ModelSerializer[Track]):
    """A track whose cues are counted (``cue_count``), for viewers of its video."""

    name = serializers.SerializerMethodField()
    default = serializers.BooleanField(source="is_default")
    status = serializers.ChoiceField(choices=Track.State.choices, source="state")
    error = serializers.SerializerMethodField()
    offset = serializers.SerializerMethodField()
    cues = serializers.IntegerField(source="cue_count", help_text="how many it has")
    texts = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()

    class Meta:
        model = Track
        fields = (
            "id",
            "kind",
            "language",
            "label",
            "name",
            "default",
            "origin",
            "status",
            "error",
            "edited",
            "revision",
            "offset",
            "cues",
            "texts",
            "notices",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_name(self, track: Track) -> str:
        """What menus call it: its label, or its language in its own words."""
        return selectors.name_of(track)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_offset(self, track: Track) -> Any:
        """Seconds of the video at which its audio begins; null for text."""
        return None if track.is_text else track.offset

    @extend_schema_field(TrackErrorSerializer(allow_null=True))
    def get_error(self, track: Track) -> Any:
        """Why it could not be made; null unless its status is `failed`."""
        if track.state != Track.State.FAILED:
            return None
        return {"code": track.error_code, "message": track.error_message}

    @extend_schema_field(TrackTextsSerializer(allow_null=True))
    def get_texts(self, track: Track) -> Any:
        """Its text as files; null for audio, and until it is ready."""
        base = self.context["tracks_url"]
        if base is None or not track.is_text or track.state != Track.State.READY:
            return None
        addresses = {suffix: f"{base}{track.pk}.{suffix}" for suffix in _SUFFIXES}
        return TrackTextsSerializer(addresses, context=self.context).data

    @extend_schema_field(TrackNoticeSerializer(many=True))
    def get_notices(self, track: Track) -> Any:
        """What was changed or left out when its text was read; an empty list for all but the owner
        and staff."""
        if not access.may_inspect(track.video, cast("Viewer", self.context["request"].user)):
            return []
        told = (document.Notice(one["code"], one["details"]) for one in track.notices)
        return [{"code": one.code, "message": notices.sentence(one)} for one in told]


@extend_schema_serializer(many=False)
class TracksSerializer(serializers.Serializer[Any]):
    """All tracks of a video."""

    results = TrackSerializer(many=True)


class CueSerializer(StrictForm):
    """A text that is shown for some seconds."""

    start = serializers.FloatField(help_text="seconds from the beginning of the video")
    end = serializers.FloatField(help_text="seconds; more than `start`")
    text = TextField(
        max_length=limits.MOST_CHARACTERS,
        trim_whitespace=False,
        help_text="with WebVTT's own tags; everything else is shown as it stands",
    )
    settings = TextField(
        required=False,
        allow_blank=True,
        max_length=255,
        help_text="a WebVTT cue settings list, such as `line:0 align:start`",
    )
    identifier = TextField(required=False, allow_blank=True, max_length=limits.LONGEST_NAME)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the cue with whole milliseconds, its text sanitized."""
        start, end = (_milliseconds(attrs[name]) for name in ("start", "end"))
        if start is None or end is None:
            raise serializers.ValidationError(
                "Times are seconds from the beginning of the video.", code="cue_time_invalid"
            )
        if end <= start:
            raise serializers.ValidationError(
                "The cue ends before it begins. Correct one of its times.", code="cue_time_reversed"
            )
        text = markup.sanitize(attrs["text"], start=start, end=end).text
        if not markup.plain(text).strip():
            raise serializers.ValidationError(
                "A cue has some text. Leave it out if nothing is to be shown.", code="cue_empty"
            )
        shown, dropped = settings.read(attrs.get("settings", ""), self.context.get("regions", ()))
        if dropped:
            raise serializers.ValidationError(
                "Write settings as WebVTT knows them, such as `line:0 align:start`.",
                code="cue_settings_invalid",
            )
        identifier = " ".join(attrs.get("identifier", "").replace("-->", " ").split())
        return {"cue": document.Cue(start, end, text, shown, identifier)}


class CuesFormSerializer(StrictForm):
    """All cues of a track, in place of those that it has."""

    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="the revision that you have read: if the track has another one by now, nothing "
        "is changed and 409 says so",
    )
    cues = serializers.ListField(child=CueSerializer(), max_length=limits.MOST_CUES)


class TranscribeSerializer(StrictForm):
    """Make captions of what is said."""

    language = LanguageField(
        required=False,
        help_text="the language that is spoken; `auto` for the one that is heard; without it, or "
        "empty, as the operator chose",
    )


class ShiftSerializer(StrictForm):
    """How far all cues of a track, or the later ones, are moved in time."""

    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="as for the replacement of cues",
    )
    shift = SecondsField(
        min_value=-limits.MOST_MS / _MS,
        max_value=limits.MOST_MS / _MS,
        help_text="seconds: later if positive, earlier if negative",
    )
    after = SecondsField(
        required=False,
        min_value=0,
        max_value=limits.MOST_MS / _MS,
        help_text="only cues that start at this second or later are moved",
    )


class ShownCueSerializer(serializers.Serializer[Any]):
    """A text that is shown for some seconds."""

    start = serializers.FloatField(help_text="seconds from the beginning of the video")
    end = serializers.FloatField(help_text="seconds")
    text = serializers.CharField(help_text="with WebVTT's own tags")
    settings = serializers.CharField(allow_blank=True, help_text="a WebVTT cue settings list")
    identifier = serializers.CharField(allow_blank=True)


class CuesSerializer(serializers.Serializer[Any]):
    """The cues of a track by their start."""

    revision = serializers.IntegerField(help_text="send it back with a change")
    cues = ShownCueSerializer(many=True)


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


def _milliseconds(seconds: float) -> int | None:
    """Return whole milliseconds; None for what is no time within a video."""
    if not 0 <= seconds <= limits.MOST_MS / _MS:  # false for NaN too
        return None
    return round(seconds * _MS)
