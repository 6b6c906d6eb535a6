"""Serializers of folders and of moving videos into them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from processing.ffmpeg import names
from videos import folders
from videos.api.fields import IdField, TitleField
from videos.api.strictness import StrictForm
from videos.models import Folder

MOST_MOVED = 100


class FolderSerializer(serializers.ModelSerializer[Folder]):
    """A folder that ``folders.shown`` has loaded."""

    parent = serializers.SerializerMethodField()  # type: ignore[assignment]  # a member of ours
    path = serializers.SerializerMethodField()
    videos = serializers.IntegerField(
        source="video_count", help_text="how many lie directly in it, not counting the trash"
    )
    images = serializers.IntegerField(
        source="image_count", help_text="how many lie directly in it, not counting the trash"
    )
    folders = serializers.IntegerField(
        source="folder_count", help_text="how many lie directly in it"
    )

    class Meta:
        model = Folder
        fields = ("id", "name", "parent", "path", "videos", "images", "folders", "created_at")
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_parent(self, folder: Folder) -> str | None:
        """The id of the folder it lies in; null at the top."""
        return str(folder.parent_id) if folder.parent_id else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_path(self, folder: Folder) -> list[str]:
        """The names from the top down, its own at the end."""
        return [one.name for one in folders.path(folder)]


class FolderNameField(TitleField):
    """The name of a folder: a line that is not empty."""

    def to_internal_value(self, data: Any) -> str:
        """Return the cleaned name; fail if nothing is left of it."""
        name = names.composed(super().to_internal_value(data))
        if not name:
            self.fail("blank")
        return name


class FolderSubmitSerializer(StrictForm):
    """What a request says about a new folder."""

    read_only_members = FolderSerializer.Meta.fields
    name = FolderNameField(max_length=100, help_text="unlike those of its neighbours")
    parent = IdField(  # type: ignore[assignment]  # a member of ours
        required=False, allow_null=True, help_text="the folder it lies in; null: at the top"
    )


class FolderEditSerializer(FolderSubmitSerializer):
    """What a request may change of a folder."""

    name = FolderNameField(required=False, max_length=100)


class MoveSerializer(StrictForm):
    """Which videos go where."""

    default_error_messages = {"repeated": "A video is given twice."}

    videos = serializers.ListField(child=IdField(), min_length=1, max_length=MOST_MOVED)
    folder = IdField(allow_null=True, help_text="one of your folders; null: the top")

    def validate_videos(self, videos: list[Any]) -> list[Any]:
        """Refuse a video that is given twice."""
        if len(set(videos)) < len(videos):
            self.fail("repeated")
        return videos


class MoveErrorSerializer(serializers.Serializer[Any]):
    """Why a video was not moved."""

    code = serializers.ChoiceField(("not_found",))
    message = serializers.CharField(help_text="a sentence for people")


class MovedVideoSerializer(serializers.Serializer[Any]):
    """What became of one video."""

    video = serializers.UUIDField()
    moved = serializers.BooleanField(help_text="whether it lies in the folder now")
    error = MoveErrorSerializer(allow_null=True)


class MovedSerializer(serializers.Serializer[Any]):
    """What became of each video, in the order of the request."""

    results = MovedVideoSerializer(many=True)


def moved_to(video: UUID, *, there: bool) -> dict[str, Any]:
    """Return what is told of one video."""
    error = None if there else {"code": "not_found", "message": "You have no video of this id."}
    return {"video": video, "moved": there, "error": error}


class TagSerializer(serializers.Serializer[Any]):
    """A tag of one's own videos."""

    tag = serializers.CharField()
    videos = serializers.IntegerField(help_text="how many have it, not counting the trash")


@extend_schema_serializer(many=False)
class TagsSerializer(serializers.Serializer[Any]):
    """The tags of one's own videos, the most frequent first."""

    count = serializers.IntegerField(
        help_text="how many tags there are, of which `results` has at most 1,000"
    )
    results = TagSerializer(many=True)
