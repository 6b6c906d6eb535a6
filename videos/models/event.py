"""The event log that all readers of changes read."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7


class Event(models.Model):
    """A change, written in the transaction that made it.

    ``position`` is assigned after the commit by one sequencer at a time, so that no later commit
    fills a gap that a reader has already passed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.BigIntegerField(null=True, unique=True)
    type = models.CharField(max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    video_id = models.UUIDField(null=True, help_text="no foreign key: deletions are told too")
    image_id = models.UUIDField(null=True, help_text="of an event of an image; as for a video")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "position"], name="event_of_owner"),
            models.Index(fields=["video_id", "position"], name="event_of_video"),
            models.Index(
                fields=["id"], condition=models.Q(position__isnull=True), name="event_unplaced"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.type}"


class EventLog(models.Model):
    """One row: the last assigned position, and up to which position events were deleted because of
    their age.

    Positions never start again, even when all events are gone.
    """

    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    last = models.BigIntegerField(default=0, db_default=0, help_text="the last position given")
    pruned = models.BigIntegerField(
        default=0, db_default=0, help_text="events up to this position may be gone"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="event_log_only_one")
        ]

    def __str__(self) -> str:
        return f"up to {self.last}"
