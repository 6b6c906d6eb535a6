"""Originals: the uploaded bytes, kept unchanged."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7


class Source(models.Model):
    """One stored original and its origin."""

    class Origin(models.TextChoices):
        UPLOAD = "upload"
        URL = "url"
        HOOK = "hook"
        COMMAND = "command"
        SITE = "site"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sources"
    )
    key = models.CharField(max_length=200, unique=True, help_text="in the originals storage")
    filename = models.CharField(max_length=255, help_text="as it was given; only ever shown")
    size = models.PositiveBigIntegerField(help_text="bytes")
    sha256 = models.CharField(
        max_length=64,
        blank=True,
        db_index=True,
        help_text="hex; empty until the first task has read bytes that came past the server",
    )
    origin = models.CharField(max_length=10, choices=Origin)
    origin_url = models.CharField(max_length=2000, blank=True)
    provenance = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(null=True, blank=True, help_text="what the probe found")
    media = models.JSONField(
        null=True, blank=True, help_text="the facts, as the release before can read them"
    )
    seconds = models.FloatField(
        null=True, blank=True, help_text="how long it lasts, once that was measured and counted"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="when its bytes were deleted, as the owner had chosen"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="source_not_empty")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner"],
                include=["size", "seconds", "dropped_at"],
                name="source_of_owner",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(seconds=None)
                & (models.Q(facts__isnull=False) | models.Q(media__isnull=False)),
                name="source_uncounted",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def found(self) -> dict[str, Any] | None:
        """The probe's results, even those that only the previous version stored; None before the
        probe."""
        return self.media if self.facts is None else self.facts
