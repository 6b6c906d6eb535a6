"""Uploads in progress."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7


class Upload(models.Model):
    """The upload of a video's bytes; finishing it gives the video its source."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    video = models.OneToOneField("videos.Video", on_delete=models.CASCADE, related_name="upload")
    key = models.CharField(max_length=200, unique=True, help_text="in the originals storage")
    filename = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(null=True, help_text="bytes, when announced")
    received = models.PositiveBigIntegerField(default=0, help_text="bytes so far")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(finished_at__isnull=True),
                name="upload_unfinished",
            ),
            models.Index(
                fields=["finished_at"],
                condition=models.Q(finished_at__isnull=False),
                name="upload_finished",
            ),
        ]

    def __str__(self) -> str:
        return self.filename
