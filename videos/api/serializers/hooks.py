"""The shapes of hook addresses, reports and generations in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from videos.api.fields import ChoiceField, IdField, TextField
from videos.api.strictness import StrictForm
from videos.api.video_settings import VideoSettingsSerializer
from videos.ingest.hooks import GENERATORS, addresses
from videos.ingest.hooks.generic import LONGEST_ID
from videos.models import GeneratedImage, Generation, HookAddress, HookDelivery

SOURCES = tuple(GENERATORS)


class HookAddressFormSerializer(VideoSettingsSerializer):
    """A request for an address: whose reports it takes, and the settings of the videos."""

    source = ChoiceField(  # type: ignore[assignment]  # a member of ours
        SOURCES, help_text="the generator that will call the address"
    )

    def get_fields(self) -> dict[str, Any]:
        """Return the fields without those that make sense for one video alone."""
        fields = super().get_fields()
        kept = ("source", *addresses.SETTINGS)
        return {name: fields[name] for name in kept}


class HookAddressSerializer(serializers.ModelSerializer[HookAddress]):
    """An address that a generator calls. Its URL acts for its owner: keep it secret."""

    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]  # a member of ours
    url = serializers.SerializerMethodField()
    secret = serializers.SerializerMethodField()
    settings = serializers.SerializerMethodField()

    class Meta:
        model = HookAddress
        fields = ("id", "source", "url", "secret", "settings", "created_at")
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_url(self, address: HookAddress) -> str:
        """The URL to give to the generator."""
        path = addresses.path_of(address)
        request = self.context.get("request")
        return str(request.build_absolute_uri(path)) if request else path

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_secret(self, address: HookAddress) -> str | None:
        """The secret that signs reports to this address; null where the generator has its own."""
        return addresses.secret_of(address)

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_settings(self, address: HookAddress) -> Any:
        """The settings of the videos that come of it."""
        return address.settings


class PredictionFormSerializer(StrictForm):
    """A prediction to ask the generator about."""

    id = TextField(max_length=LONGEST_ID, help_text="the generator's id of the prediction")
    address = IdField(help_text="the id of your address, whose settings the videos get")


class GenerationSerializer(serializers.ModelSerializer[Generation]):
    """A generator's job, and what became of its outputs."""

    id = serializers.CharField(source="job_id", help_text="the generator's id of the job")
    address = serializers.UUIDField(source="address_id")
    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]  # a member of ours
    videos = serializers.SerializerMethodField()
    images = serializers.SerializerMethodField()

    class Meta:
        model = Generation
        fields = ("id", "source", "address", "status", "videos", "images", "created_at", "ended_at")
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_videos(self, generation: Generation) -> list[str]:
        """The ids of the videos that came of it."""
        return [output["video"] for output in generation.outputs if "video" in output]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_images(self, generation: Generation) -> list[str]:
        """The ids of the images that came of it; each is imported a while after the report."""
        return [output["image"] for output in generation.outputs if "image" in output]


class GeneratedImageSerializer(serializers.ModelSerializer[GeneratedImage]):
    """An image among the outputs of a job, and how far its import is."""

    image = serializers.UUIDField(
        source="image_id", allow_null=True, help_text="null until it is imported"
    )
    error = serializers.CharField(
        source="error_code", help_text="why it was not imported; empty unless it failed"
    )

    class Meta:
        model = GeneratedImage
        fields = ("number", "state", "image", "error")
        read_only_fields = fields


class HookDeliverySerializer(serializers.ModelSerializer[HookDelivery]):
    """A report that was received, and what was done about it."""

    address = serializers.UUIDField(source="address_id")
    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]  # a member of ours
    job = serializers.CharField(source="job_id", help_text="the generator's id of the job")
    video = serializers.UUIDField(
        source="video_id", allow_null=True, help_text="the first video that came of it"
    )
    images = GeneratedImageSerializer(many=True)
    error = serializers.CharField(
        source="error_code", help_text="why something was left out; empty if nothing was"
    )

    class Meta:
        model = HookDelivery
        fields = (
            *("id", "address", "source", "delivery_id", "job", "status", "state", "error"),
            *("video", "images", "received_at"),
        )
        read_only_fields = fields


class ReceiptSerializer(serializers.Serializer[Any]):
    """The acknowledgement of a report."""

    received = serializers.BooleanField(
        help_text="true for a new report; false if it was received before"
    )


class GenericReportSerializer(serializers.Serializer[Any]):
    """What a generator of your own sends; see the guide for its signature."""

    id = serializers.CharField(max_length=LONGEST_ID, help_text="the job's id")
    url = serializers.URLField(required=False, help_text="of its only output")
    urls = serializers.ListField(
        child=serializers.URLField(), required=False, help_text="of several outputs"
    )
    type = serializers.ChoiceField(
        ("video", "image"), required=False, help_text="by the URL's ending if left out"
    )
    status = serializers.ChoiceField(
        Generation.Status.choices, required=False, default=Generation.Status.SUCCEEDED
    )
    error = serializers.CharField(required=False, allow_null=True)
    title = serializers.CharField(required=False, allow_null=True)
    metadata = serializers.DictField(required=False, allow_null=True)
    provenance = serializers.DictField(
        required=False, allow_null=True, help_text="such as `prompt` and `model`"
    )
