"""The log every reader of changes reads."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7


class Event(models.Model):
    """A change, written in the transaction that made it.

    ``position`` is given after commit by one sequencer at a time, so that no later commit
    fills a gap a reader has already passed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.BigIntegerField(null=True, unique=True)
    type = models.CharField(max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    video_id = models.UUIDField(null=True, help_text="no foreign key: deletions are told too")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "position"], name="event_of_owner"),
            models.Index(
                fields=["id"], condition=models.Q(position__isnull=True), name="event_unplaced"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.type}"
