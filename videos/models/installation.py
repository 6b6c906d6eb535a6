"""The identity of this installation, and the progress of walks through its storages."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Installation(models.Model):
    """The one row that identifies this installation; each storage holds its counterpart.

    A copy of the database has the same ``name``. So the epoch is renewed again and again in both
    places: a copy soon does not know the storage's epoch.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.UUIDField(default=uuid4, help_text="a copy of the database has the same")
    epochs = models.JSONField(default=list, help_text="the latest first, and a few before it")
    renewed_at = models.DateTimeField(db_default=Now())
    adopted_at = models.DateTimeField(
        null=True, help_text="unknown objects from before are nobody's to delete"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="installation_is_one")
        ]

    def __str__(self) -> str:
        return str(self.name)


class Walk(models.Model):
    """A slow walk through many things in bounded steps, and the findings of the last complete
    walk."""

    name = models.CharField(primary_key=True, max_length=32)
    after = models.CharField(max_length=1024, blank=True, help_text="where the next step begins")
    found = models.PositiveBigIntegerField(db_default=0, help_text="in this walk, so far")
    found_bytes = models.PositiveBigIntegerField(db_default=0)
    last_found = models.PositiveBigIntegerField(null=True, help_text="in the last whole walk")
    last_found_bytes = models.PositiveBigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True, help_text="when the last whole walk ended")

    def __str__(self) -> str:
        return self.name
