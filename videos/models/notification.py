"""What the owners of videos are to be told."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class Notification(models.Model):
    """Something that happened to a video, of which its owner may want to know.

    It is written with the event, in the same transaction. ``mail_due`` and ``push_due`` hold until
    it was put into a mail and into messages, or the owner turned out not to want it.
    """

    class Kind(models.TextChoices):
        """What happened."""

        READY = "ready", "ready"
        FAILED = "failed", "failed"
        APPROVED = "approved", "approved"
        REJECTED = "rejected", "rejected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    event_id = models.UUIDField(unique=True, help_text="no foreign key: events are deleted sooner")
    video_id = models.UUIDField(help_text="no foreign key: the video may be deleted")
    title = models.TextField(blank=True, help_text="as it was then")
    code = models.CharField(max_length=64, blank=True, help_text="of the error or the rejection")
    message = models.TextField(blank=True, help_text="the reason in a sentence")
    waits = models.BooleanField(
        default=False, db_default=False, help_text="for a moderator before others see it"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    mail_due = models.BooleanField(default=True, db_default=True)
    push_due = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["ready", "failed", "approved", "rejected"]),
                name="notification_kind_known",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "id"], condition=Q(mail_due=True), name="notification_to_mail"
            ),
            models.Index(
                fields=["owner", "id"], condition=Q(push_due=True), name="notification_to_push"
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(mail_due=False, push_due=False),
                name="notification_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"
