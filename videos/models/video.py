"""The video model: a video is one thing that a user uploaded or imported."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from videos.models.library import LibraryItem
from videos.models.release import Release
from videos.models.source import Source


def new_playback_id() -> str:
    """Return a random public name, which can be replaced without changing the video's id."""
    return secrets.token_urlsafe(16)


class Video(LibraryItem):
    """A video with its lifecycle, owner and visibility. Only ``lifecycle`` changes its status."""

    class MediaType(models.TextChoices):
        VIDEO = "video"
        AUDIO = "audio"

    class Status(models.TextChoices):
        PENDING_UPLOAD = "pending_upload"
        UPLOADING = "uploading"
        PROCESSING = "processing"
        READY = "ready"
        FAILED = "failed"
        CANCELED = "canceled"

    class Visibility(models.TextChoices):
        DRAFT = "draft"
        PRIVATE = "private"
        UNLISTED = "unlisted"
        PUBLIC = "public"

    class Moderation(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="videos"
    )
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(max_length=5000, blank=True)
    media_type = models.CharField(max_length=5, choices=MediaType, default=MediaType.VIDEO)
    status = models.CharField(max_length=14, choices=Status, default=Status.PENDING_UPLOAD)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    moderation = models.CharField(max_length=8, choices=Moderation, default=Moderation.APPROVED)
    moderation_code = models.CharField(
        max_length=32, blank=True, default="", db_default="", help_text="why it was rejected"
    )
    moderation_message = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="the same, for its owner"
    )
    playback_id = models.CharField(max_length=32, unique=True, default=new_playback_id)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="videos")
    release = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="videos")
    playable = models.BooleanField(default=False)
    clip_start = models.FloatField(
        null=True, blank=True, help_text="seconds of the source before the video's first frame"
    )
    clip_end = models.FloatField(
        null=True, blank=True, help_text="seconds of the source at which the video ends"
    )
    duplicate_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="duplicates",
        help_text="an earlier video of the same owner with the same bytes",
    )
    own_poster = models.UUIDField(
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="names the poster that its owner gave, which is shown instead of its release's",
    )
    own_poster_sizes = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="by the name of that poster: width and height of its pictures, by their names",
    )
    tracks_revision = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="grows when its list of tracks changes"
    )
    playback_generation = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="grows when its addresses are replaced",
    )
    removed_tracks = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="names of tracks that came by themselves and were deleted",
    )
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions: ClassVar = [
            (
                "moderate_video",
                "Can approve and reject videos, and see those not approved",
            ),
            ("reprocess_video", "Can have videos processed again"),
            ("cancel_video", "Can stop what is going on with videos"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="video_of_owner_newest"),
            # For the orders of a library, and for its filters by time.
            models.Index("owner", Lower("title"), "id", name="video_of_owner_by_title"),
            models.Index(fields=["owner", "created_at"], name="video_of_owner_by_time"),
            models.Index(
                fields=["id"],
                condition=Q(moderation="pending", deleted_at__isnull=True),
                name="video_pending",
            ),
            models.Index(fields=["status"], name="video_status"),
            # Not of all rows: SQLite would then look through most of them by this index.
            models.Index(
                fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="video_trashed"
            ),
            models.Index(
                fields=["error_code"], condition=~Q(error_code=""), name="video_failed_with"
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False, deleted_at__isnull=True),
                name="video_expires",
            ),
            models.Index(fields=["folder", "-id"], name="video_in_folder"),
            models.Index(fields=["id"], condition=Q(original="drop"), name="video_drops_original"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "external_id"],
                condition=~Q(external_id="") & Q(deleted_at__isnull=True),
                name="video_external_id_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "pending_upload",
                        "uploading",
                        "processing",
                        "ready",
                        "failed",
                        "canceled",
                    ]
                ),
                name="video_status_known",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=["draft", "private", "unlisted", "public"]),
                name="video_visibility_known",
            ),
            models.CheckConstraint(
                condition=Q(moderation__in=["pending", "approved", "rejected"]),
                name="video_moderation_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(playable=True, release__isnull=False),
                name="video_ready_is_playable",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""), name="video_failed_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)

    @property
    def poster_sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height of each picture of its owner's poster, by their names; empty if there is
        none, or an earlier version stored it."""
        sizes = (self.own_poster_sizes or {}).get(str(self.own_poster), {})
        return {name: (width, height) for name, (width, height) in sizes.items()}

    @property
    def has_original(self) -> bool:
        """Whether its original is stored, so that it can be processed again."""
        return self.source is not None and self.source.dropped_at is None
