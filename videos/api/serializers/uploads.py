"""Serializers of uploads: what a delegated one may take, and how any of them stands."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from config.env.hosts import origin
from videos.api.fields import NumberField, SecondsField, TextField
from videos.api.serializers.failures import ErrorSerializer
from videos.api.video_settings import VideoSettingsSerializer
from videos.api.vocabulary import FAILURES
from videos.ingest import delegated, standing
from videos.ingest.uploads import Limits
from videos.models import Upload

_MOST_BYTES = 5 * 1024**4
_MOST_SECONDS = 12 * 3600
_ANY = "*."
# Apps that wrap a page: capacitor://localhost.
_OF_AN_APP = re.compile(r"(?!https?:|file:|data:)[a-z][a-z0-9+.-]*://[a-z0-9._-]+")


class OriginField(TextField):
    """The origin of pages, as a browser sends it in the header ``Origin``."""

    default_error_messages = {"invalid": "Write an origin as https://app.example.org."}

    def to_internal_value(self, data: Any) -> str:
        """Return the origin as browsers write it."""
        text = super().to_internal_value(data)
        found = text if _OF_AN_APP.fullmatch(text) else origin(text)
        if found is None or _ANY in found:
            self.fail("invalid")
        return found


class UploadCreateSerializer(VideoSettingsSerializer):
    """The settings of the video, and what the address takes."""

    filename = TextField(
        required=False, allow_blank=True, max_length=255, help_text="the name to show"
    )
    size = NumberField(
        required=False, min_value=1, max_value=_MOST_BYTES, help_text="bytes, if known"
    )
    max_size = NumberField(
        required=False,
        min_value=1,
        max_value=_MOST_BYTES,
        help_text="the most bytes that the file may have; they are counted",
    )
    max_duration = SecondsField(
        required=False,
        min_value=0.1,
        max_value=_MOST_SECONDS,
        help_text="the most seconds that the file may last; they are measured",
    )
    expires_in = NumberField(
        required=False,
        min_value=delegated.LEAST_SECONDS,
        max_value=delegated.MOST_SECONDS,
        default=delegated.DEFAULT_SECONDS,
        help_text="seconds within which all bytes must have arrived",
    )
    allowed_origin = OriginField(
        required=False,
        max_length=200,
        help_text="only pages of this origin may upload, such as https://app.example.org",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a size that the limit does not allow."""
        size, limit = attrs.get("size"), attrs.get("max_size")
        if size is not None and limit is not None and size > limit:
            told = "The file is larger than `max_size` allows."
            raise ValidationError({"size": [ErrorDetail(told, code="max_value")]})
        return attrs

    def create_for(self, owner: Any) -> Upload:
        """Create the upload; the errors are those of ``delegated.create``."""
        given = self.validated_data
        limits = Limits(
            max_size=given.get("max_size"),
            max_duration=given.get("max_duration"),
            allowed_origin=given.get("allowed_origin", ""),
        )
        return delegated.create(
            owner,
            self.settings(),
            filename=given.get("filename", ""),
            size=given.get("size"),
            limits=limits,
            expires_in=timedelta(seconds=given["expires_in"]),
        )


class LimitsSerializer(serializers.Serializer[Any]):
    """What may arrive."""

    max_size = serializers.IntegerField(allow_null=True, help_text="bytes; null: no own limit")
    max_duration = serializers.FloatField(allow_null=True, help_text="seconds; null: no own limit")
    allowed_origin = serializers.CharField(
        allow_null=True, help_text="pages of this origin alone may upload; null: of any"
    )


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """The arrival of a video's file."""

    video = serializers.UUIDField(source="video_id")
    url = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    offset = serializers.IntegerField(source="received", help_text="bytes that have arrived")
    size = serializers.IntegerField(allow_null=True, help_text="bytes; null: not known yet")
    error = serializers.SerializerMethodField()
    limits = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = (
            "id",
            "video",
            "protocol",
            "filename",
            "url",
            "state",
            "offset",
            "size",
            "error",
            "limits",
            "created_at",
            "expires_at",
            "finished_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_url(self, upload: Upload) -> str | None:
        """The address to upload to; null once it is over, and for the other ways in."""
        open_still = standing.state_of(upload) in standing.OPEN
        if upload.protocol != Upload.Protocol.DELEGATED or not open_still:
            return None
        address: str = self.context["request"].build_absolute_uri(delegated.path_of(upload.pk))
        return address

    @extend_schema_field(serializers.ChoiceField(list(standing.State)))
    def get_state(self, upload: Upload) -> str:
        """How it stands."""
        return standing.state_of(upload)

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, upload: Upload) -> Any:
        """Why it failed or expired, or null."""
        state = standing.state_of(upload)
        if state is standing.State.EXPIRED:
            return _error(Upload.EXPIRED)
        return _error(upload.error_code) if state is standing.State.FAILED else None

    @extend_schema_field(LimitsSerializer())
    def get_limits(self, upload: Upload) -> Any:
        """What may arrive."""
        limits = upload.limits
        return {
            "max_size": limits.get("max_size"),
            "max_duration": limits.get("max_duration"),
            "allowed_origin": limits.get("allowed_origin") or None,
        }


def _error(code: str) -> Any:
    message = FAILURES.get(code, "The file could not be stored.")
    return ErrorSerializer({"code": code, "message": message}).data
