"""The outputs of a run: a release of renditions, each with rows of chunks.

Playlists are pure functions of these rows. ``videos.keys`` makes the keys of the objects.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from videos import keys
from videos.models.guarded import GuardedModel


class Release(GuardedModel):
    """The outputs of one run; its id is the run's id."""

    class State(models.TextChoices):
        GROWING = "growing"
        COMPLETE = "complete"
        FAILED = "failed"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.GROWING)
    revision = models.PositiveIntegerField(default=0)
    report = models.JSONField(null=True, blank=True, help_text="what the checker found")
    notices = models.JSONField(
        null=True, blank=True, help_text="what was left out, guessed or repaired; null: not known"
    )
    available_seconds = models.FloatField(
        default=0.0, help_text="seconds that play from the start without a gap"
    )
    duration = models.FloatField(
        null=True, blank=True, help_text="seconds it lasts, when it is complete"
    )
    poster_key = models.CharField(max_length=200, blank=True, help_text="in the outputs storage")
    small_poster_key = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="the poster for lists; empty: none is smaller, or the version before made it",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    playback_generation = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="grows when its addresses are replaced",
    )
    keep_until = models.DateTimeField(
        null=True, blank=True, help_text="whoever plays it may still hold an address"
    )
    swept_at = models.DateTimeField(
        null=True, blank=True, help_text="of the version before; nothing reads it"
    )
    target_duration = models.PositiveSmallIntegerField(
        default=0, help_text="seconds no segment will last longer than; 0: as the segments are"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["growing", "complete", "failed", "retired"]),
                name="release_state_known",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["failed", "retired"]),
                name="release_to_sweep",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def prefix(self) -> str:
        """The key prefix of its objects in the outputs storage."""
        return keys.release_prefix(self.id)

    @property
    def is_complete(self) -> bool:
        """Whether nothing will be added. A complete release that was replaced stays complete for
        its viewers."""
        replaced = self.state == self.State.RETIRED and self.completed_at is not None
        return self.state == self.State.COMPLETE or replaced


class RenditionQuerySet(models.QuerySet["Rendition"]):
    """Renditions, with common orders."""

    def largest_first(self) -> RenditionQuerySet:
        """Return the renditions from the largest frame down; audio comes last."""
        return self.order_by(models.F("height").desc(nulls_last=True), "name")


class Rendition(models.Model):
    """One encoded rung, or one audio track."""

    class Kind(models.TextChoices):
        VIDEO = "video"
        AUDIO = "audio"
        TEXT = "text"

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="renditions")
    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(
        max_length=32, help_text="720p, 720p-av1, audio; the name of its playlist"
    )
    codec = models.CharField(
        max_length=8,
        blank=True,
        default="",
        db_default="",
        help_text="h264, av1; empty: see codecs",
    )
    codecs = models.CharField(max_length=64, help_text="RFC 6381")
    timescale = models.PositiveIntegerField(help_text="ticks in a second")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frame_rate = models.CharField(max_length=24, blank=True, help_text="frames/s as a fraction")
    channels = models.PositiveSmallIntegerField(null=True)
    language = models.CharField(max_length=16, blank=True)
    title = models.CharField(max_length=64, blank=True, help_text="what people call this sound")
    default = models.BooleanField(default=False, help_text="the sound that plays unasked")
    bitrate = models.PositiveIntegerField(null=True, help_text="average, bits/s")
    peak_bitrate = models.PositiveIntegerField(null=True, help_text="bits/s of the worst segment")
    iframe_bitrate = models.PositiveIntegerField(null=True, help_text="of keyframes alone, bits/s")
    iframe_peak_bitrate = models.PositiveIntegerField(null=True, help_text="of the worst keyframe")
    init_sha256 = models.CharField(max_length=64)
    download_key = models.CharField(max_length=200, blank=True, help_text="an MP4 of it with sound")
    download_bytes = models.PositiveBigIntegerField(null=True)

    objects = RenditionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release", "name"], name="rendition_once_a_release")
        ]

    def __str__(self) -> str:
        return self.name


class Chunk(models.Model):
    """A stretch of a rendition's timeline, stored as one object; its segments are byte ranges of
    it."""

    id = models.BigAutoField(primary_key=True)
    rendition = models.ForeignKey(Rendition, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=200, help_text="in the outputs storage")
    bytes = models.PositiveBigIntegerField()
    init_bytes = models.PositiveIntegerField(help_text="the init segment at its start")
    start = models.BigIntegerField(help_text="ticks")
    duration = models.BigIntegerField(help_text="ticks")
    segments = models.JSONField(help_text="a compact list for each segment")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rendition", "number"], name="chunk_once_a_rendition")
        ]
        ordering = ("number",)

    def __str__(self) -> str:
        return self.key
