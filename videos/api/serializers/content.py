"""What was measured of a video, and the videos that are like it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from videos.models import ContentFacts
from videos.moderation.alike import Alike
from videos.playback import services as playback

_TIME = {"type": "number", "format": "double"}
_STRETCHES = {
    "type": "array",
    "nullable": True,
    "items": {"type": "array", "items": _TIME, "minItems": 2, "maxItems": 2},
}


@extend_schema_field(_STRETCHES)
class StretchesField(serializers.JSONField):
    """Stretches of time, each as its begin and its end."""


class ContentFactsSerializer(serializers.ModelSerializer[ContentFacts]):
    """What a video contains, in seconds of the release that plays. Lists are null until they were
    measured, and where there are no frames, or no audio, to measure."""

    black = StretchesField(read_only=True, help_text="[begin, end] of each black stretch")
    frozen = StretchesField(read_only=True, help_text="[begin, end] of each stretch without motion")
    silent = StretchesField(read_only=True, help_text="[begin, end] of each silent stretch")
    cuts = serializers.ListField(
        child=serializers.FloatField(), read_only=True, allow_null=True, help_text="scene cuts"
    )
    truncated = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="the names of the lists that had more entries than are kept",
    )
    measured_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="null: not measured yet, or not at all"
    )

    class Meta:
        model = ContentFacts
        fields = (
            *("black", "frozen", "silent", "cuts", "loudness", "loudness_range", "true_peak"),
            *("truncated", "measured_at"),
        )
        read_only_fields = fields


class AlikeSerializer(serializers.Serializer[Alike]):
    """A video that shows the same scenes."""

    id = serializers.UUIDField(source="video.pk")
    title = serializers.CharField(source="video.title")
    owner = serializers.UUIDField(source="video.owner_id")
    share = serializers.FloatField(
        help_text="the part (0 to 1) of the asked video's scenes that it shows too"
    )
    share_of_other = serializers.FloatField(
        help_text="the part (0 to 1) of its own scenes that the asked video shows too"
    )
    poster = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_poster(self, found: Alike) -> Any:
        """The URL of a small still image, or null while there is none."""
        request = self.context["request"]
        viewer, video = request.user, found.video
        address = playback.small_poster_url(video, viewer) or playback.poster_url(video, viewer)
        return request.build_absolute_uri(address) if address else None


class SimilarSerializer(serializers.Serializer[Any]):
    """The videos that are like another one, the most alike first."""

    results = AlikeSerializer(many=True)
