"""Serializers of tracks as they are shown."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from processing.captions import document, notices
from videos import access
from videos.access import Viewer
from videos.api.fields import AddressField
from videos.models import Track
from videos.tracks import selectors

_SUFFIXES = ("vtt", "srt", "txt", "json")


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
        """Why it could not be made; null unless its status is `failed`, and for all but the owner
        and staff."""
        if track.state != Track.State.FAILED or not self._is_theirs(track):
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
        if not self._is_theirs(track):
            return []
        told = (document.Notice(one["code"], one["details"]) for one in track.notices)
        return [{"code": one.code, "message": notices.sentence(one)} for one in told]

    def _is_theirs(self, track: Track) -> bool:
        """Return whether the reader is the owner of the video, or staff who may see it."""
        return access.may_inspect(track.video, cast("Viewer", self.context["request"].user))


@extend_schema_serializer(many=False)
class TracksSerializer(serializers.Serializer[Any]):
    """All tracks of a video."""

    results = TrackSerializer(many=True)
