"""The audit log of moderation."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from videos.models.video import Video


class DecisionsStand(Exception):
    """Raised when an existing decision is to be changed or deleted."""


class Decisions(models.QuerySet["ModerationDecision"]):
    """Decisions can be added and read, but not changed or deleted."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: raise ``DecisionsStand``."""
        raise DecisionsStand

    def delete(self) -> NoReturn:
        """Refuse: raise ``DecisionsStand``."""
        raise DecisionsStand


class ModerationDecision(models.Model):
    """One decision of a moderator: who, when and why, and the states before and after. It never
    changes.

    It also names the video and both people as text, since it outlives them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    video_id = models.UUIDField(
        db_index=True, help_text="no foreign key: decisions outlive their video"
    )
    title = models.CharField(max_length=200, blank=True, help_text="the video's, as it was then")
    owner_email = models.CharField("owner", max_length=254, help_text="as it was then")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_email = models.CharField("decided by", max_length=254, help_text="as it was then")
    before = models.CharField("from", max_length=8, choices=Video.Moderation)
    after = models.CharField("to", max_length=8, choices=Video.Moderation)
    code = models.CharField("reason", max_length=32, blank=True)
    message = models.CharField(
        "sentence", max_length=500, blank=True, help_text="what the owner was told"
    )
    created_at = models.DateTimeField("decided", auto_now_add=True)

    objects = Decisions.as_manager()

    class Meta:
        verbose_name = "moderation decision"

    def __str__(self) -> str:
        return f"{self.title or self.video_id}: {self.get_after_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new decision; raise ``DecisionsStand`` for an existing one."""
        if not self._state.adding:
            raise DecisionsStand
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: raise ``DecisionsStand``."""
        raise DecisionsStand
