"""What can be played of a video."""

from fractions import Fraction
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from videos.api import shown
from videos.models import Rendition, Track


class RenditionSerializer(serializers.ModelSerializer[Rendition]):
    """One encoded rung, or an audio track."""

    frame_rate = serializers.SerializerMethodField()

    class Meta:
        model = Rendition
        fields = (
            "name",
            "kind",
            "width",
            "height",
            "frame_rate",
            "codec",
            "codecs",
            "bitrate",
            "peak_bitrate",
            "channels",
            "language",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.FloatField(allow_null=True, help_text="frames/s"))
    def get_frame_rate(self, rendition: Rendition) -> float | None:
        """The frame rate, in the same form as the source's; null for audio."""
        return shown.frame_rate(Fraction(rendition.frame_rate)) if rendition.frame_rate else None


class DownloadSerializer(serializers.Serializer[Any]):
    """One rung with audio as an MP4 file."""

    name = serializers.CharField(help_text="the rung's")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    size = serializers.IntegerField(help_text="bytes")
    url = serializers.URLField(help_text="saves it under the video's title; players take it too")


class PlayedTrackSerializer(serializers.Serializer[Any]):
    """A text that players show: captions, subtitles or chapters."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Track.Kind.choices)
    language = serializers.CharField(allow_blank=True, help_text="BCP 47; empty: not known")
    name = serializers.CharField(help_text="for menus")
    default = serializers.BooleanField()
    vtt = serializers.URLField(help_text="its text as WebVTT")


class PlaybackSerializer(serializers.Serializer[Any]):
    """The URLs that play the video; null while there is nothing to play."""

    hls = serializers.URLField(allow_null=True)
    dash = serializers.URLField(allow_null=True, help_text="null until the release is complete")
    mp4 = DownloadSerializer(many=True, help_text="files to download, if the profile makes any")
    tracks = PlayedTrackSerializer(
        many=True, help_text="texts to show; the playlists list those but chapters by themselves"
    )


class AvailableSerializer(serializers.Serializer[Any]):
    """How much of the current release can be played; it grows while the release is being made."""

    seconds = serializers.FloatField(help_text="seconds that play from the start without a gap")
    rungs = serializers.ListField(child=serializers.CharField())
    complete = serializers.BooleanField()


class NoticeSerializer(serializers.Serializer[Any]):
    """Something in the file that was left out, shortened, guessed or repaired. A notice is not an
    error."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField(help_text="the numbers and names in the message")
