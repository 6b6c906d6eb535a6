"""What every item of a library has: videos today, images too."""

from __future__ import annotations

from django.db import models
from django.db.models import JSONField, Value

from videos.models.folder import Folder
from videos.models.guarded import GuardedModel


class LibraryItem(GuardedModel):
    """The fields that every item of a library has."""

    class Original(models.TextChoices):
        KEEP = "keep"
        DROP = "drop"

    # The release before has a column of this name, without a default in the database.
    folder_before = models.CharField(
        max_length=255, blank=True, default="", db_default="", db_column="folder", editable=False
    )
    folder = models.ForeignKey(
        Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="%(class)ss"
    )
    tags = models.JSONField(default=list, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    external_id = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="the owner's own name"
    )
    provenance = models.JSONField(
        default=dict,
        blank=True,
        db_default=Value({}, output_field=JSONField()),
        help_text="where it came from: its address, its generator",
    )
    original = models.CharField(
        max_length=4,
        choices=Original,
        default=Original.KEEP,
        db_default="keep",
        help_text="what is done with the source once its video is ready",
    )
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="it is moved into the trash then"
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
