"""What was measured of a release: facts about what is seen and heard, and hashes of its scenes.

The foreign keys have no database constraint, since the previous version, which does not know these
tables, deletes releases too.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models

from videos.models.release import Release

_BANDS = 4
_BAND_BITS = 16


class ContentFacts(models.Model):
    """Stretches as lists of [begin, end], and cuts as times, in seconds. A list is null where there
    are no frames, or no audio, to measure."""

    release = models.OneToOneField(
        Release,
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="content_facts",
    )
    black = models.JSONField(null=True, help_text="[begin, end] of each black stretch")
    frozen = models.JSONField(null=True, help_text="[begin, end] of each frozen stretch")
    silent = models.JSONField(null=True, help_text="[begin, end] of each silent stretch")
    cuts = models.JSONField(null=True, help_text="seconds of each scene cut")
    loudness = models.FloatField(null=True, help_text="LUFS, integrated (EBU R128)")
    loudness_range = models.FloatField(null=True, help_text="LU")
    true_peak = models.FloatField(null=True, help_text="dBTP")
    truncated = models.JSONField(default=list, help_text="the lists that had more entries")
    measured_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "content facts"

    def __str__(self) -> str:
        return str(self.pk)


class SceneHash(models.Model):
    """The perceptual hash of a scene: 64 bits as a signed number, and four bands of 16 of them, by
    which rows that may be near are found through indexes."""

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, db_constraint=False, related_name="scenes"
    )
    time = models.FloatField(help_text="seconds")
    bits = models.BigIntegerField()
    band0 = models.SmallIntegerField(db_index=True)
    band1 = models.SmallIntegerField(db_index=True)
    band2 = models.SmallIntegerField(db_index=True)
    band3 = models.SmallIntegerField(db_index=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name_plural = "scene hashes"

    BANDS: ClassVar = tuple(f"band{number}" for number in range(_BANDS))

    def __str__(self) -> str:
        return f"{self.time:.3f}"

    @classmethod
    def of(cls, release_id: UUID, time: float, bits: int) -> SceneHash:
        """Return the row of a scene with these 64 bits, as a number that is not negative."""
        bands = (bits >> _BAND_BITS * number & 0xFFFF for number in range(_BANDS))
        signed = [_signed(band, _BAND_BITS) for band in bands]
        named = dict(zip(cls.BANDS, signed, strict=True))
        return cls(release_id=release_id, time=time, bits=_signed(bits, 64), **named)


def _signed(value: int, bits: int) -> int:
    """Return an unsigned number of so many bits as the signed number with the same bits."""
    return value - (1 << bits) if value >> (bits - 1) else value
