"""How much work owners ask of the workers."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class OwnerLoad(models.Model):
    """How much work an owner's videos asked for lately. Only ``pipeline.budget`` writes it.

    Each owner has one row, however many videos. The load decreases with time, so no videos need
    summing. There is no foreign key constraint, since earlier versions of the program delete owners
    without knowing this table.
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
