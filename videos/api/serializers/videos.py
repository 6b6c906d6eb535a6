"""Videos as they are answered. ``VideoSerializer`` reads what ``selectors.with_everything``
loads."""

from dataclasses import replace
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from processing.monitoring import progress
from videos import access, selectors
from videos.access import Viewer
from videos.api.serializers.failures import ErrorSerializer
from videos.api.serializers.pictures import ImagesSerializer, WaveformSerializer
from videos.api.serializers.progress import CurrentJobSerializer, ProgressSerializer
from videos.api.serializers.releases import (
    AvailableSerializer,
    NoticeSerializer,
    PlaybackSerializer,
    RenditionSerializer,
)
from videos.api.serializers.sources import SourceSerializer
from videos.api.video_settings import (
    TagsField,
)
from videos.models import Video
from videos.moderation import services as moderation
from videos.playback import downloads, pictures, played
from videos.playback import services as playback
from videos.playback.picture_shapes import Pictures


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


class MatchSerializer(serializers.Serializer[Any]):
    """A moment at which the words of a search are said."""

    time = serializers.FloatField(help_text="seconds from the beginning")
    text = serializers.CharField(help_text="what is said then")
    track = serializers.UUIDField(help_text="the track that says so")


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
    images = serializers.SerializerMethodField()
    waveform = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()
    moderation_reason = serializers.SerializerMethodField()
    matches = serializers.SerializerMethodField()

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
            "images",
            "waveform",
            "notices",
            "matches",
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
            "tracks": [
                replace(one, vtt=self._absolute(one.vtt)) for one in played.of(video, viewer)
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

    @extend_schema_field(ImagesSerializer())
    def get_images(self, video: Video) -> Any:
        """The posters in all sizes, thumbnails, storyboard and hover preview for this reader."""
        return ImagesSerializer(self._pictures(video), context=self.context).data

    @extend_schema_field(WaveformSerializer(allow_null=True))
    def get_waveform(self, video: Video) -> Any:
        """The waveform of the audio for this reader, or null while there is none."""
        found = self._pictures(video).waveform
        return WaveformSerializer(found, context=self.context).data if found else None

    def _pictures(self, video: Video) -> Pictures:
        return pictures.of(video, cast("Viewer", self.context["request"].user))

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

    @extend_schema_field(MatchSerializer(many=True))
    def get_matches(self, video: Video) -> Any:
        """The first moments at which the words of a search are said in it, or a chapter is called
        so; empty elsewhere than in lists with `search`."""
        return MatchSerializer(self.context.get("matches", {}).get(video.pk, ()), many=True).data


class VideoStatusSerializer(VideoSerializer):
    """A small answer for polling."""

    class Meta:
        model = Video
        fields = ("id", "status", "playable", "progress", "job", "error")
        read_only_fields = fields
