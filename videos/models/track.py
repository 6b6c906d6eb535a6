"""The tracks that people add to a video, or that are found or made for it: text and audio."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from videos.models.guarded import GuardedModel
from videos.models.video import Video


class TrackQuerySet(models.QuerySet["Track"]):
    """Tracks, with common conditions."""

    def texts(self) -> TrackQuerySet:
        """Return those that players show as text over the frames."""
        return self.filter(kind__in=Track.TEXTS)

    def ready(self) -> TrackQuerySet:
        """Return those that players can use."""
        return self.filter(state=Track.State.READY)


class Track(GuardedModel):
    """A track beside the video's own frames and sound: captions, chapters, or another sound.

    The text of a track is its cues; files and playlists are rendered from them whenever they are
    asked for. ``language`` is a BCP 47 tag, or empty if it is not known. ``revision`` grows with
    each change of the track or its cues, so that nobody overwrites what they have not seen.
    ``stream`` is the index of the stream of the source that an embedded track was read from.
    ``notices`` say what was changed or left out when the text was read.

    The file of an audio track is kept, so that each release of the video gets its own ``Sound``.

    The foreign key has no database constraint, since the previous version, which does not know
    this table, deletes videos too. A row whose video is gone is deleted.
    """

    class Kind(models.TextChoices):
        CAPTIONS = "captions"
        SUBTITLES = "subtitles"
        FORCED = "forced"
        CHAPTERS = "chapters"
        AUDIO = "audio"

    class Origin(models.TextChoices):
        FILE = "file"
        URL = "url"
        API = "api"
        EMBEDDED = "embedded"
        GENERATED = "generated"
        DESCRIPTION = "description"

    class State(models.TextChoices):
        PROCESSING = "processing"
        READY = "ready"
        FAILED = "failed"

    TEXTS = (Kind.CAPTIONS, Kind.SUBTITLES, Kind.FORCED)
    """The kinds that players show as text over the frames."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    video = models.ForeignKey(
        Video, on_delete=models.CASCADE, db_constraint=False, related_name="tracks"
    )
    kind = models.CharField(max_length=9, choices=Kind)
    language = models.CharField(max_length=35, blank=True, help_text="BCP 47; empty: not known")
    label = models.CharField(max_length=100, blank=True, help_text="its name in menus")
    is_default = models.BooleanField(default=False)
    origin = models.CharField(max_length=11, choices=Origin)
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    edited = models.BooleanField(default=False, help_text="somebody changed its text")
    revision = models.PositiveIntegerField(default=1)
    stream = models.PositiveIntegerField(null=True, blank=True)
    filename = models.CharField(max_length=255, blank=True)
    offset = models.FloatField(
        default=0.0, db_default=0.0, help_text="seconds of the video at which its audio begins"
    )
    original_key = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        db_index=True,
        help_text="of the file of an audio track, in the originals storage",
    )
    original_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    url = models.CharField(
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        help_text="where the file of an audio track is fetched from, until it is stored",
    )
    regions = models.TextField(blank=True, help_text="the REGION blocks that its cues name")
    notices = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TrackQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(fields=["video"], condition=Q(kind="audio"), name="track_audio"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["captions", "subtitles", "forced", "chapters", "audio"]),
                name="track_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["processing", "ready", "failed"]), name="track_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error_code=""), name="track_failed_has_reason"
            ),
            models.UniqueConstraint(
                fields=["video", "kind"],
                condition=Q(is_default=True),
                name="track_default_once_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.kind} {self.language}".strip()

    @property
    def is_text(self) -> bool:
        """Whether it has cues: all kinds but audio."""
        return self.kind != Track.Kind.AUDIO


class Cue(models.Model):
    """A text of a track, shown from ``start`` until ``end``: milliseconds of the video.

    ``number`` orders cues of the same start. ``text`` is the payload of a WebVTT cue with its tags,
    ``plain`` the words of it alone. ``heard`` is what the search looks in: sentences go on in the
    next cue. ``words`` are rows of start, end and text, if the times of the
    words are known.
    """

    id = models.BigAutoField(primary_key=True)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="cues")
    start = models.PositiveBigIntegerField(help_text="milliseconds")
    end = models.PositiveBigIntegerField(help_text="milliseconds")
    number = models.PositiveIntegerField(default=0)
    text = models.TextField()
    plain = models.TextField(blank=True)
    heard = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="its words and those of the next cue, for the search",
    )
    settings = models.CharField(max_length=255, blank=True)
    identifier = models.CharField(max_length=255, blank=True)
    words = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("start", "number", "id")
        indexes: ClassVar = [
            models.Index(fields=["track", "start", "number"], name="cue_of_track"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="cue_lasts"),
        ]

    def __str__(self) -> str:
        return self.plain or self.text
