"""What owners ask of the workers."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class OwnerLoad(models.Model):
    """How much an owner's videos have asked for lately. ``pipeline.budget`` alone writes it.

    A row for each owner, however many videos: it runs off with time instead of being summed. It is
    not tied to its owner in the database, since versions before delete owners and do not know it.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    gigapixels = models.FloatField(
        default=0.0, help_text="thousands of millions of pixels, as of the moment below"
    )
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.gigapixels:.0f}"
