"""What is made of a release for people who look before they play: pictures, previews and data."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from videos.models.release import Release


class PictureQuerySet(models.QuerySet["Picture"]):
    """Pictures, with common conditions."""

    def listed(self) -> PictureQuerySet:
        """Return those whose release is there."""
        return self.filter(models.Exists(Release.objects.filter(pk=models.OuterRef("release"))))


class Picture(models.Model):
    """A file that was derived from a release and shows what is in it, stored as one object.

    ``kind`` is the kind of the step that made it, and ``name`` the last part of its key and of its
    address; a release has one of each name. ``width`` and ``height`` are in pixels, and None for
    what is no picture. ``facts`` is for its readers; each kind says what stands in it.

    The foreign key has no database constraint, since the previous version, which does not know this
    table, deletes releases too. A row whose release is gone goes with its object.
    """

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, db_constraint=False, related_name="pictures"
    )
    kind = models.CharField(max_length=16, help_text="the kind of the step that made it")
    name = models.CharField(max_length=64, help_text="the last part of its address")
    key = models.CharField(max_length=200, unique=True, help_text="in the outputs storage")
    bytes = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    width = models.PositiveIntegerField(null=True, help_text="pixels; none: it is no picture")
    height = models.PositiveIntegerField(null=True, help_text="pixels; none: it is no picture")
    facts = models.JSONField(default=dict, blank=True, help_text="its time, its grid, its length")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release", "name"], name="picture_once_a_release")
        ]
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
