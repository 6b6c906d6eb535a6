"""Serializers of imports by URL."""

from typing import Any, cast

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from videos.api.fields import ChoiceField, TextField
from videos.api.serializers.images import image_settings
from videos.api.serializers.problems import FieldErrorSerializer
from videos.api.serializers.progress import CurrentJobSerializer
from videos.api.serializers.videos import VideoSerializer
from videos.api.strictness import StrictForm
from videos.api.video_settings import VideoSettingsSerializer
from videos.fetching import pages, urls
from videos.ingest.images import ImageSettings

MOST_ITEMS = 100
VIDEO, IMAGE = TYPES = ("video", "image")
FILE, SITE = SOURCES = ("file", "site")
_OF_VIDEOS = ("source", "description", "visibility", "profile", "clip", "original", "on_duplicate")


@extend_schema_field({"type": "string", "format": "uri", "maxLength": urls.LONGEST})
class FetchedUrlField(TextField):
    """The URL of a file."""

    default_error_messages = {
        "fetch_bad_url": "Send a whole http:// or https:// URL.",
        "fetch_forbidden_address": "The URL names a private or reserved address. Use one that is "
        "reachable from the internet.",
        "site_not_allowed": "Nothing is imported from this site here. Use a page of one of these: "
        "{hosts}.",
    }

    def to_internal_value(self, data: Any) -> str:
        """Return the URL, if it can be fetched from."""
        url = super().to_internal_value(data)
        try:
            urls.require_fetchable(url, settings.FETCH_PRIVATE)
        except urls.UrlWrong as error:
            self.fail(error.code)
        return str(url)

    def require_page(self, url: str) -> None:
        """Fail unless the video of this page may be imported."""
        if not pages.is_allowed(url, settings.SITE_HOSTS):
            self.fail("site_not_allowed", hosts=", ".join(settings.SITE_HOSTS))


class SourceField(ChoiceField):
    """What a URL leads to."""

    default_error_messages = {
        "site_imports_off": "This server imports nothing from sites. Its operator can allow some "
        "with VODLOOM_SITE_HOSTS; or upload the file.",
    }

    def to_internal_value(self, data: Any) -> Any:
        """Return the choice; fail for sites if none is allowed."""
        source = super().to_internal_value(data)
        if source == SITE and not settings.SITE_HOSTS:
            self.fail("site_imports_off")
        return source


@extend_schema_field({"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"})
class Sha256Field(serializers.RegexField):
    """A SHA-256 in hex."""


class ImportSerializer(VideoSettingsSerializer):
    """A file to import, with the settings of its video."""

    read_only_members = VideoSerializer.Meta.fields
    url = FetchedUrlField(
        max_length=urls.LONGEST,
        help_text="of the file: http or https, at a public address. Share links of Google Drive "
        "and Dropbox work too. Of the page, with the source `site`",
    )
    source = SourceField(  # type: ignore[assignment]  # a member, no attribute of the field
        SOURCES,
        required=False,
        default=FILE,
        help_text="what the URL leads to: a `file`, or the page of a video on a `site` that this "
        "server imports from",
    )
    type = ChoiceField(TYPES, required=False, default=TYPES[0], help_text="what the file is")
    sha256 = Sha256Field(
        "^[0-9A-Fa-f]{64}$",
        required=False,
        help_text="in hex: a file that has another one is refused",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse the settings that images do not have, and pages from which nothing is imported."""
        given = [name for name in _OF_VIDEOS if name in self.initial_data]
        if attrs["source"] == SITE:
            try:
                cast(FetchedUrlField, self.fields["url"]).require_page(attrs["url"])
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"url": error.detail}) from error
        if attrs["type"] == IMAGE and given:
            wrong = "Images have no such setting."
            raise serializers.ValidationError(dict.fromkeys(given, wrong), code="unknown_field")
        return attrs

    def image_settings(self) -> ImageSettings:
        """Return the validated settings of an image."""
        return image_settings(self.validated_data)


class ImportedSerializer(serializers.Serializer[Any]):
    """The video of an import, and the job that fetches its file."""

    video = VideoSerializer()
    job = CurrentJobSerializer()


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ITEMS,
        "items": {"$ref": "#/components/schemas/ImportRequest"},
    }
)
class ItemsField(serializers.ListField):
    """Imports, each of which is checked by itself."""


class ImportBatchSerializer(StrictForm):
    """Files to import, each with the settings of its video."""

    items = ItemsField(child=serializers.JSONField(), min_length=1, max_length=MOST_ITEMS)


class ImportAnswerSerializer(serializers.Serializer[Any]):
    """The answer to one item of a batch: a video and its job, an image, or why it was refused."""

    status = serializers.IntegerField(help_text="what the item alone would have been answered")
    code = serializers.CharField(allow_null=True, help_text="stable; null if it was accepted")
    detail = serializers.CharField(allow_null=True, help_text="a sentence for people")
    errors = FieldErrorSerializer(many=True, help_text="one entry for each wrong member")  # type: ignore[assignment]  # a member, no result of checking
    video = serializers.UUIDField(allow_null=True, help_text="the id of the video")
    job = serializers.UUIDField(allow_null=True, help_text="the id of the job")
    image = serializers.UUIDField(
        allow_null=True, help_text="the id of the image, which is complete"
    )


class ImportAnswersSerializer(serializers.Serializer[Any]):
    """The answers to a batch, in the order of its items."""

    items = ImportAnswerSerializer(many=True)
