"""What players get of an added audio track: its audio as it was made for one release."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from videos.models.release import Release
from videos.models.track import Track


class Sound(models.Model):
    """The audio of a track, encoded to go with the frames of a release: one object that begins with
    an init segment, whose segments are byte ranges of it. Times are in ticks of ``timescale``.

    It is apart from the renditions of the release, which other videos may play too. The foreign
    keys have no database constraint, since the previous version, which does not know this table,
    deletes releases and videos too.
    """

    id = models.BigAutoField(primary_key=True)
    track = models.ForeignKey(
        Track, on_delete=models.CASCADE, db_constraint=False, related_name="sounds"
    )
    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, db_constraint=False, related_name="sounds"
    )
    key = models.CharField(max_length=200, unique=True, help_text="in the outputs storage")
    bytes = models.PositiveBigIntegerField()
    init_bytes = models.PositiveIntegerField(help_text="the init segment at its start")
    codecs = models.CharField(max_length=64, help_text="RFC 6381")
    timescale = models.PositiveIntegerField(help_text="ticks in a second")
    bitrate = models.PositiveIntegerField(help_text="average, bits/s")
    peak_bitrate = models.PositiveIntegerField(help_text="bits/s of the worst segment")
    duration = models.BigIntegerField(help_text="ticks")
    segments = models.JSONField(help_text="a compact list for each segment")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["track", "release"], name="sound_once_a_release")
        ]

    def __str__(self) -> str:
        return self.key
