"""Serializers of the API's requests and answers. ``VideoSerializer`` reads what
``selectors.with_everything`` loads."""

from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from processing.models import Run
from processing.monitoring import progress
from videos import access, editing, selectors
from videos.access import Viewer
from videos.api import shown
from videos.api.fields import IdField, TextField, TitleField
from videos.api.strictness import StrictForm
from videos.api.video_settings import (
    ExpiryField,
    MetadataField,
    TagsField,
    VideoSettingsSerializer,
)
from videos.api.vocabulary import FAILURE_CODES, STAGES, UNKNOWN
from videos.models import Rendition, Video
from videos.moderation import services as moderation
from videos.playback import downloads
from videos.playback import services as playback


class FailureCodeField(serializers.ChoiceField):
    """A failure code. A code that only another version knows is shown as ``internal_error``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=FAILURE_CODES, **options)

    def to_representation(self, value: Any) -> str:
        """Return the code, or ``internal_error`` if it is unknown."""
        return str(value) if value in FAILURE_CODES else UNKNOWN


class ErrorSerializer(serializers.Serializer[Any]):
    """Why a video, a job or a step failed."""

    code = FailureCodeField()
    message = serializers.CharField(help_text="a sentence for people")


class DownloadProgressSerializer(serializers.Serializer[Any]):
    """How much of the file of an import has arrived."""

    received = serializers.IntegerField(help_text="bytes so far")
    size = serializers.IntegerField(
        allow_null=True, help_text="all bytes; null if the server does not tell"
    )
    bytes_a_second = serializers.IntegerField(
        allow_null=True, help_text="lately; null until it is measured"
    )
    eta_seconds = serializers.IntegerField(
        allow_null=True, help_text="seconds until the file is there; null when that is not known"
    )


class ProgressSerializer(serializers.Serializer[Any]):
    """The progress of the current job."""

    percent = serializers.FloatField(help_text="of the work, 0 to 100")
    eta_seconds = serializers.IntegerField(
        allow_null=True, help_text="seconds until it is done; null when that is not known"
    )
    stage = serializers.ChoiceField(
        STAGES, help_text="what is being done at the moment, else the status"
    )
    place = serializers.IntegerField(
        allow_null=True,
        help_text="the number of tasks before it in the queue; null when it does not wait",
    )
    download = DownloadProgressSerializer(
        allow_null=True, help_text="until the file of an import has arrived; null for all others"
    )


class CurrentJobSerializer(serializers.Serializer[Any]):
    """The newest job of a video."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Run.Kind.choices)
    status = serializers.ChoiceField(Run.Status.choices)


class FrameRateField(serializers.FloatField):
    """An exact frame rate, given as a number."""

    def to_representation(self, value: Any) -> float:  # type: ignore[override]  # stubs say text
        """Return the rate in frames per second."""
        return shown.frame_rate(value)


class SourceSerializer(serializers.Serializer[Any]):
    """The original file. The probe's results are null until it has run. The name, the hash and when
    it was dropped are shown only to the owner and staff; others read null."""

    filename = serializers.CharField(allow_null=True)
    size = serializers.IntegerField(help_text="bytes")
    sha256 = serializers.CharField(allow_null=True)
    container = serializers.CharField(
        allow_null=True,
        help_text="in one word: `mp4` also for QuickTime and 3GP, `matroska` also for WebM",
    )
    duration = serializers.FloatField(
        allow_null=True, help_text="seconds; once the video is ready, the length of its release"
    )
    width = serializers.IntegerField(allow_null=True, help_text="pixels, as displayed")
    height = serializers.IntegerField(allow_null=True, help_text="pixels, as displayed")
    frame_rate = FrameRateField(
        allow_null=True, help_text="frames/s, as measured; the average where it varies"
    )
    variable_frame_rate = serializers.BooleanField(allow_null=True)
    video_codec = serializers.CharField(allow_null=True)
    audio_codec = serializers.CharField(allow_null=True)
    bitrate = serializers.IntegerField(allow_null=True, help_text="bits/s")
    dropped_at = serializers.DateTimeField(
        allow_null=True,
        help_text="when it was deleted because of `original: drop`; such a video cannot be "
        "processed again",
    )


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


class OriginalSerializer(serializers.Serializer[Any]):
    """Where the untouched original can be downloaded."""

    url = serializers.URLField(help_text="saves the file; whoever has it needs no key")
    expires_at = serializers.DateTimeField(help_text="when the address ends at the latest")
    filename = serializers.CharField(help_text="the name under which it is saved")
    size = serializers.IntegerField(help_text="bytes")


class PlaybackSerializer(serializers.Serializer[Any]):
    """The URLs that play the video; null while there is nothing to play."""

    hls = serializers.URLField(allow_null=True)
    dash = serializers.URLField(allow_null=True, help_text="null until the release is complete")
    mp4 = DownloadSerializer(many=True, help_text="files to download, if the profile makes any")


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


class ModerationReasonSerializer(serializers.Serializer[Any]):
    """Why a moderator rejected a video."""

    code = serializers.CharField(
        help_text="one of the reasons of moderation; later versions may add some"
    )
    message = serializers.CharField(help_text="a sentence for people")


class ClipShownSerializer(serializers.Serializer[Any]):
    """The part of the original that a video shows."""

    start = serializers.FloatField(help_text="seconds of the original")
    end = serializers.FloatField(
        allow_null=True, help_text="seconds of the original; null: up to its end"
    )


_OBJECT = {"type": "object", "additionalProperties": {}, "nullable": True}


class VideoSerializer(serializers.ModelSerializer[Video]):
    """A video as the reader may see it."""

    folder = serializers.SerializerMethodField()
    tags = TagsField(read_only=True)
    metadata = serializers.SerializerMethodField()
    external_id = serializers.SerializerMethodField()
    provenance = serializers.SerializerMethodField()
    clip = serializers.SerializerMethodField()
    expires_at = serializers.SerializerMethodField()
    original = serializers.SerializerMethodField()
    duplicate_of = serializers.SerializerMethodField()
    owner = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    job = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # a member of ours
    renditions = serializers.SerializerMethodField()
    playback = serializers.SerializerMethodField()
    available = serializers.SerializerMethodField()
    poster = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()
    moderation_reason = serializers.SerializerMethodField()

    class Meta:
        model = Video
        fields = (
            "id",
            "title",
            "description",
            "folder",
            "tags",
            "metadata",
            "external_id",
            "provenance",
            "clip",
            "expires_at",
            "original",
            "duplicate_of",
            "owner",
            "status",
            "playable",
            "visibility",
            "moderation",
            "moderation_reason",
            "media_type",
            "progress",
            "job",
            "error",
            "source",
            "renditions",
            "playback",
            "available",
            "poster",
            "notices",
            "created_at",
            "ready_at",
            "deleted_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_folder(self, video: Video) -> str | None:
        """The id of the folder it is in; null at the top, and for all but the owner and staff."""
        return str(video.folder_id) if video.folder_id and self._is_theirs(video) else None

    @extend_schema_field(_OBJECT)
    def get_metadata(self, video: Video) -> Any:
        """The owner's own data; null for all but the owner and staff."""
        return video.metadata if self._is_theirs(video) else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_external_id(self, video: Video) -> str | None:
        """The owner's own name for it; null for all but the owner and staff."""
        return video.external_id if self._is_theirs(video) else None

    @extend_schema_field(_OBJECT)
    def get_provenance(self, video: Video) -> Any:
        """Where it came from, such as the generator and its prompt; others than the owner and
        staff read only whether it was made by one."""
        if self._is_theirs(video):
            return video.provenance
        return {"ai_generated": True} if video.provenance.get("ai_generated") else {}

    @extend_schema_field(ClipShownSerializer(allow_null=True))
    def get_clip(self, video: Video) -> Any:
        """The part of the original that it shows; null if that is the whole."""
        if video.clip_start is None and video.clip_end is None:
            return None
        return {"start": video.clip_start or 0.0, "end": video.clip_end}

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_expires_at(self, video: Video) -> Any:
        """When it is moved into the trash by itself; null for all but the owner and staff."""
        moment = video.expires_at if self._is_theirs(video) else None
        return serializers.DateTimeField().to_representation(moment) if moment else None

    @extend_schema_field(serializers.ChoiceField(Video.Original.choices, allow_null=True))
    def get_original(self, video: Video) -> str | None:
        """What is done with the original once it is ready; null for all but the owner and
        staff."""
        return video.original if self._is_theirs(video) else None

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_duplicate_of(self, video: Video) -> str | None:
        """An earlier video of the same owner with the same bytes; null if there was none, and for
        all but the owner and staff."""
        known = video.duplicate_of_id if self._is_theirs(video) else None
        return str(known) if known else None

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_owner(self, video: Video) -> str | None:
        """The owner's id; null for all but the owner and staff."""
        return str(video.owner_id) if self._is_theirs(video) else None

    @extend_schema_field(ProgressSerializer())
    def get_progress(self, video: Video) -> Any:
        """The progress of the current job."""
        return ProgressSerializer(progress.progress(video)).data

    @extend_schema_field(CurrentJobSerializer(allow_null=True))
    def get_job(self, video: Video) -> Any:
        """The newest job. Null before there is one, and for all but the owner and staff."""
        job = progress.current_run(video) if self._is_theirs(video) else None
        return CurrentJobSerializer(job).data if job else None

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, video: Video) -> Any:
        """Why the video failed, or null; always null for all but the owner and staff."""
        if not video.error_code or not self._is_theirs(video):
            return None
        return ErrorSerializer({"code": video.error_code, "message": video.error_message}).data

    @extend_schema_field(ModerationReasonSerializer(allow_null=True))
    def get_moderation_reason(self, video: Video) -> Any:
        """Why the video was rejected, or null."""
        reason = moderation.reason_of(video)
        return ModerationReasonSerializer(reason).data if reason else None

    @extend_schema_field(SourceSerializer(allow_null=True))
    def get_source(self, video: Video) -> Any:
        """The original, or null until its bytes are stored."""
        if video.source is None:
            return None
        facts = selectors.source_facts(video.source, playback.duration_of(video))
        if not self._is_theirs(video):
            # The name tells of the owner; the hash tells where else the file was seen.
            facts = replace(facts, filename=None, sha256=None, dropped_at=None)
        return SourceSerializer(facts).data

    def _is_theirs(self, video: Video) -> bool:
        """Return whether the reader is the owner, or staff who may see the video."""
        return access.may_inspect(video, cast("Viewer", self.context["request"].user))

    @extend_schema_field(RenditionSerializer(many=True))
    def get_renditions(self, video: Video) -> Any:
        """The renditions of the release that plays."""
        rows = list(video.release.renditions.all()) if video.release else []
        return RenditionSerializer(rows, many=True).data

    @extend_schema_field(PlaybackSerializer())
    def get_playback(self, video: Video) -> Any:
        """The playback URLs for this reader."""
        viewer = cast("Viewer", self.context["request"].user)
        addresses = {
            "hls": self._absolute(playback.hls_url(video, viewer)),
            "dash": self._absolute(playback.dash_url(video, viewer)),
            "mp4": [
                replace(file, url=self._absolute(file.url)) for file in downloads.of(video, viewer)
            ],
        }
        return PlaybackSerializer(addresses).data

    @extend_schema_field(AvailableSerializer())
    def get_available(self, video: Video) -> Any:
        """How much of the playing release is available."""
        release = video.release
        available = {
            "seconds": release.available_seconds if release else 0.0,
            "rungs": selectors.rungs(video),
            "complete": bool(release and release.is_complete),
        }
        return AvailableSerializer(available).data

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_poster(self, video: Video) -> str | None:
        """The URL of a still image, or null while there is none."""
        viewer = cast("Viewer", self.context["request"].user)
        address: str | None = self._absolute(playback.poster_url(video, viewer))
        return address

    def _absolute(self, address: str | None) -> Any:
        """Return an address with the scheme and host of the request; a URL in a bucket keeps its
        own."""
        return self.context["request"].build_absolute_uri(address) if address else None

    @extend_schema_field(NoticeSerializer(many=True))
    def get_notices(self, video: Video) -> Any:
        """The notices of the release that plays; an empty list for all but the owner and staff."""
        if not self._is_theirs(video):
            return []
        return NoticeSerializer(selectors.notices(video), many=True).data


class VideoStatusSerializer(VideoSerializer):
    """A small answer for polling."""

    class Meta:
        model = Video
        fields = ("id", "status", "playable", "progress", "job", "error")
        read_only_fields = fields


class VideoEditSerializer(StrictForm, serializers.ModelSerializer[Video]):
    """The members of a video that its owner may change."""

    read_only_members = VideoSerializer.Meta.fields
    title = TitleField(required=False, allow_blank=True, max_length=200)
    description = TextField(required=False, allow_blank=True, max_length=5000)

    folder = IdField(required=False, allow_null=True, source="folder_id")
    tags = TagsField(required=False)
    metadata = MetadataField(required=False)
    external_id = TitleField(required=False, allow_blank=True, max_length=200)
    expires_at = ExpiryField(required=False, allow_null=True)

    class Meta:
        model = Video
        fields = (
            "title",
            "description",
            "visibility",
            "folder",
            "tags",
            "metadata",
            "external_id",
            "expires_at",
        )

    def update(self, instance: Video, validated_data: dict[str, Any]) -> Video:
        """Write only the changed fields."""
        return editing.edit(instance, **validated_data)


@extend_schema_field({"type": "string", "format": "binary", "minLength": 1})
class UploadedFileField(serializers.FileField):
    """A file of at least one byte. The upload itself refuses an empty one, by its own code."""


def only_one_file(
    form: StrictForm, file: "UploadedFile[bytes]", name: str = "file"
) -> "UploadedFile[bytes]":
    """Return the file of a form's field; raise ``ValidationError`` if it has two, since the other
    one would be dropped silently."""
    given = form.initial_data
    if isinstance(given, MultiValueDict) and len(given.getlist(name)) > 1:
        raise serializers.ValidationError("Send one file in a request.", code="too_many_files")
    return file


class VideoUploadSerializer(VideoSettingsSerializer):
    """A file with its settings, and perhaps a poster."""

    read_only_members = VideoSerializer.Meta.fields
    file = UploadedFileField(
        allow_empty_file=True,
        error_messages={"required": "Send the video as the form field `file`."},
    )

    poster = UploadedFileField(
        required=False,
        allow_empty_file=True,
        help_text="an image that is shown for the video, instead of a still of it",
    )

    def validate_file(self, file: "UploadedFile[bytes]") -> "UploadedFile[bytes]":
        """Accept only one file per request."""
        return only_one_file(self, file)

    def validate_poster(self, file: "UploadedFile[bytes]") -> "UploadedFile[bytes]":
        """Accept only one poster per request."""
        return only_one_file(self, file, "poster")


class FieldErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with one member of the request."""

    field = serializers.CharField(
        help_text="the name of the member; nested names are joined by dots"
    )
    code = serializers.CharField(help_text="stable, for programs")
    detail = serializers.CharField(help_text="a sentence for people")


class ProblemSerializer(serializers.Serializer[Any]):
    """An error as RFC 9457 describes it, with a stable code. New codes are added as the API
    grows: treat a code that you do not know by its status."""

    type = serializers.URLField(help_text="always `about:blank`; the `code` says what went wrong")
    title = serializers.CharField(help_text="the status in words")
    status = serializers.IntegerField(min_value=400, max_value=599)
    code = serializers.CharField(help_text="stable, for programs")
    detail = serializers.CharField(help_text="a sentence for people")
    instance = serializers.CharField(allow_null=True, help_text="the path of the request")
    request_id = serializers.CharField(allow_null=True, help_text="the id to tell the operator")
    video = serializers.UUIDField(
        required=False, help_text="only with the code `duplicate`: the video of the same bytes"
    )
    errors = FieldErrorSerializer(  # type: ignore[assignment]  # a member, no result of checking
        many=True, required=False, help_text="one entry for each wrong member"
    )
