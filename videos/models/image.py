"""Images: pictures in a library, beside its videos."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from videos.models.library import LibraryItem
from videos.models.source import Source


class Image(LibraryItem):
    """An image with its original, the copy that is shown, and a thumbnail.

    It is complete when its row exists. Only its owner and staff see it.
    """

    class Format(models.TextChoices):
        JPEG = "jpeg"
        PNG = "png"
        GIF = "gif"
        WEBP = "webp"
        AVIF = "avif"

    # No release ever had these of images: a folder's name, and originals that are dropped.
    folder_before = None  # type: ignore[assignment]
    original = None  # type: ignore[assignment]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="images"
    )
    title = models.CharField(max_length=200, blank=True)
    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="image")
    format = models.CharField(max_length=4, choices=Format, help_text="of the original")
    width = models.PositiveIntegerField(help_text="pixels, upright")
    height = models.PositiveIntegerField(help_text="pixels, upright")
    copy_key = models.CharField(max_length=200, help_text="in the outputs storage")
    copy_bytes = models.PositiveBigIntegerField()
    thumbnail_key = models.CharField(max_length=200, help_text="in the outputs storage")
    thumbnail_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="image_of_owner_newest"),
            models.Index(fields=["folder", "-id"], name="image_in_folder"),
            models.Index(
                fields=["deleted_at"],
                condition=Q(deleted_at__isnull=False),
                name="image_deleted",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False, deleted_at__isnull=True),
                name="image_expires",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "external_id"],
                condition=~Q(external_id="") & Q(deleted_at__isnull=True),
                name="image_external_id_once",
            ),
            models.CheckConstraint(
                condition=Q(format__in=["jpeg", "png", "gif", "webp", "avif"]),
                name="image_format_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)
