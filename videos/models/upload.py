"""Uploads: the core of every way in."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import JSONField, Value
from uuid_utils.compat import uuid7

_FETCHING = ("url", "sha256", "title", "named")


class Upload(models.Model):
    """The bytes of a video while they arrive; finishing it gives the video its source.

    A way in is a thin protocol over this row. Only partial uploads of tus, which are joined to
    others, have no video.
    """

    class Protocol(models.TextChoices):
        POST = "post"
        TUS = "tus"
        S3 = "s3"
        DELEGATED = "delegated"
        URL = "url"
        SITE = "site"
        HOOK = "hook"
        COMMAND = "command"

    CANCELED = "canceled"
    EXPIRED = "upload_incomplete"

    FETCHED = (Protocol.URL, Protocol.SITE, Protocol.HOOK)
    """The protocols whose bytes a job fetches."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    video = models.OneToOneField(
        "videos.Video", null=True, on_delete=models.CASCADE, related_name="upload"
    )
    protocol = models.CharField(
        max_length=9, choices=Protocol, default=Protocol.POST, db_default="post"
    )
    key = models.CharField(max_length=200, unique=True, help_text="in the originals storage")
    filename = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(null=True, help_text="bytes, when announced")
    received = models.PositiveBigIntegerField(default=0, help_text="bytes so far")
    bytes_a_second = models.PositiveBigIntegerField(
        null=True, help_text="lately, of a file that is being fetched"
    )
    settings = models.JSONField(
        default=dict,
        blank=True,
        db_default=Value({}, output_field=JSONField()),
        help_text="what the request asked for beyond the video's own fields",
    )
    limits = models.JSONField(
        default=dict,
        blank=True,
        db_default=Value({}, output_field=JSONField()),
        help_text="what may arrive: bytes, seconds, and from which pages",
    )
    origin_url = models.CharField(max_length=2000, blank=True, default="", db_default="")
    multipart_id = models.TextField(
        blank=True, default="", db_default="", help_text="the bucket's name of a multipart upload"
    )
    tus_metadata = models.TextField(
        blank=True, default="", db_default="", help_text="echoed to clients as they sent it"
    )
    machine = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="the server whose disk holds the bytes so far",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="why it came to nothing"
    )

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
            models.Index(
                fields=["owner"],
                condition=models.Q(finished_at__isnull=True),
                name="upload_open_of_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def settings_kept(self) -> dict[str, Any]:
        """The settings of an upload that is over: without its URL, which may hold a secret, and
        what else only fetching needs."""
        return {name: value for name, value in self.settings.items() if name not in _FETCHING}
