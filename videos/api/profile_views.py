"""Read encoding profiles through the API; staff edit them in the admin."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from processing import profiles
from processing.models import AlternateRung, EncodingProfile, EncodingRung
from videos.api.strictness import StrictRequests
from videos.api.vocabulary import AUDIO_CODECS


class RungSerializer(serializers.ModelSerializer[EncodingRung]):
    """One size: short side in pixels, x264's CRF, and the maximum bitrate in bits per second."""

    maxrate = serializers.SerializerMethodField()

    class Meta:
        model = EncodingRung
        fields = ("short_side", "crf", "maxrate")
        read_only_fields = fields

    def get_maxrate(self, rung: EncodingRung) -> int:
        """The maximum bitrate, in bits per second."""
        return rung.maxrate_kbps * 1000


class AlternateRungSerializer(serializers.ModelSerializer[AlternateRung]):
    """One size in another codec: short side in pixels, CRF and preset of the encoder, and the
    maximum bitrate in bits per second."""

    maxrate = serializers.SerializerMethodField()

    class Meta:
        model = AlternateRung
        fields = ("codec", "short_side", "crf", "preset", "maxrate")
        read_only_fields = fields

    def get_maxrate(self, rung: AlternateRung) -> int:
        """The maximum bitrate, in bits per second."""
        return rung.maxrate_kbps * 1000


class ProfileSerializer(serializers.ModelSerializer[EncodingProfile]):
    """How videos are encoded. ``downloads`` are the short sides that are offered as MP4 files."""

    rungs = RungSerializer(many=True)
    alternate_rungs = AlternateRungSerializer(many=True)
    left_out = serializers.ListField(
        child=serializers.CharField(),
        help_text="the kinds of pictures that are not made; `transcript`: captions of speech",
    )
    audio_codecs = serializers.SerializerMethodField()
    downloads = serializers.SerializerMethodField()
    audio_bitrate = serializers.SerializerMethodField()

    class Meta:
        model = EncodingProfile
        fields = (
            "name",
            "description",
            "is_default",
            "codec",
            "preset",
            "copies",
            "takes_incomplete",
            "left_out",
            "audio_bitrate",
            "audio_codecs",
            "rungs",
            "alternate_rungs",
            "downloads",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_downloads(self, profile: EncodingProfile) -> Any:
        """The short sides offered as MP4 files, largest first."""
        return profiles.profile_of(profile).downloads

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(AUDIO_CODECS)))
    def get_audio_codecs(self, profile: EncodingProfile) -> Any:
        """The codecs that all audio is encoded in."""
        return ("aac", *profiles.profile_of(profile).more_audio)

    def get_audio_bitrate(self, profile: EncodingProfile) -> int:
        """The audio bitrate, in bits per second."""
        return profile.audio_kbps * 1000


class ProfileViewSet(StrictRequests, viewsets.ReadOnlyModelViewSet[EncodingProfile]):
    """Encoding profiles, for clients that submit jobs. There are few, so they come on one page."""

    queryset = EncodingProfile.objects.none()
    serializer_class = ProfileSerializer
    pagination_class = None
    lookup_field = "name"
    lookup_value_converter = "slug"
    paged = frozenset()

    def get_queryset(self) -> QuerySet[EncodingProfile]:
        """Return all profiles, in three queries."""
        return profiles.everything()
