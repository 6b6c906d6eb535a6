"""The registry of stored objects: a row for each object we wrote, are writing or must delete."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from videos.models.release import Release
from videos.models.source import Source
from videos.models.video import Video


def _owner(model: type[models.Model]) -> Any:
    """Return a foreign key to an owner that may be deleted before its objects. It has no database
    constraint, since the previous version, which does not know this table, deletes owners too."""
    return models.ForeignKey(
        model,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="objects_stored",
    )


class StoredObject(models.Model):
    """A stored object and its state. Only ``videos.objects`` changes the state.

    It is ``writing`` before its first byte is stored, so that the leftovers of a killed attempt are
    known. It becomes ``stored`` in the transaction that lists it, and ``deleting`` in the
    transaction that removes the last reference to it. It stays so until the object is gone; then
    the row is deleted too.
    """

    class Storage(models.TextChoices):
        ORIGINALS = "originals"
        OUTPUTS = "outputs"

    class Role(models.TextChoices):
        ORIGINAL = "original"
        CHUNK = "chunk"
        DOWNLOAD = "download"
        POSTER = "poster"
        IMAGE = "image"
        THUMBNAIL = "thumbnail"
        PICTURE = "picture"
        UNKNOWN = "unknown"

    class State(models.TextChoices):
        WRITING = "writing"
        STORED = "stored"
        DELETING = "deleting"

    class Fault(models.TextChoices):
        MISSING = "missing"
        SIZE = "size"
        HASH = "hash"

    id = models.BigAutoField(primary_key=True)
    storage = models.CharField(max_length=9, choices=Storage)
    key = models.CharField(max_length=1024)
    role = models.CharField(max_length=16, choices=Role)
    release = _owner(Release)
    video = _owner(Video)
    source = _owner(Source)
    bytes = models.PositiveBigIntegerField(null=True, help_text="known when it is stored")
    content_type = models.CharField(max_length=100, db_default="application/octet-stream")
    state = models.CharField(max_length=8, choices=State)
    attempt = models.UUIDField(null=True, help_text="whose write it is: a task's token, an upload")
    created_at = models.DateTimeField(db_default=Now())
    delete_after = models.DateTimeField(null=True, help_text="none: as soon as can be")
    fault = models.CharField(
        max_length=7,
        blank=True,
        default="",
        db_default="",
        choices=Fault,
        help_text="what fsck found wrong with it: not there, of another size, of other bytes",
    )
    tries = models.PositiveSmallIntegerField(db_default=0, help_text="deletions that failed")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["storage", "key"], name="object_once_a_storage"),
            models.CheckConstraint(
                condition=Q(storage__in=["originals", "outputs"]), name="object_storage_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["writing", "stored", "deleting"]), name="object_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="writing") | Q(attempt__isnull=False),
                name="object_writing_is_somebodys",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["delete_after"], condition=Q(state="deleting"), name="object_deleting"
            ),
            models.Index(fields=["attempt"], condition=Q(state="writing"), name="object_writing"),
            models.Index(
                fields=["release", "source"], condition=~Q(fault=""), name="object_faulty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.storage}/{self.key}"
