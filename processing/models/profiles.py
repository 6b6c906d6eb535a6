"""Encoding profiles: the rungs and settings a run takes a copy of when it begins."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

LARGEST, SMALLEST = 2160, 144


def validate_even(number: int) -> None:
    """Refuse odd sizes: colour is stored for two by two pixels."""
    if number % 2:
        raise ValidationError(
            "%(number)d is odd: a picture's sides must be even.",
            code="odd",
            params={"number": number},
        )


class EncodingProfile(models.Model):
    """How videos are made. Editing or deleting one changes no run: each has its own copy."""

    class Codec(models.TextChoices):
        H264 = "h264", "H.264 (plays everywhere)"

    class Preset(models.TextChoices):
        """x264's, quickest first."""

        ULTRAFAST = "ultrafast", "ultrafast: quickest, largest files"
        SUPERFAST = "superfast", "superfast"
        VERYFAST = "veryfast", "veryfast: a good balance"
        FASTER = "faster", "faster"
        FAST = "fast", "fast"
        MEDIUM = "medium", "medium: about twice the work of veryfast"
        SLOW = "slow", "slow"
        SLOWER = "slower", "slower"
        VERYSLOW = "veryslow", "veryslow: smallest files, a multiple of the work"

    name = models.SlugField(
        max_length=40,
        unique=True,
        error_messages={"unique": "Another profile has this name."},
        help_text="How API and commands call it: letters, digits, hyphens and underscores.",
    )
    description = models.CharField(
        max_length=200, blank=True, help_text="One line for those who choose among profiles."
    )
    codec = models.CharField(max_length=8, choices=Codec, default=Codec.H264)
    preset = models.CharField(
        max_length=10,
        choices=Preset,
        default=Preset.VERYFAST,
        help_text="Slower presets spend more processor time for smaller files of the same quality.",
    )
    audio_kbps = models.PositiveSmallIntegerField(
        "audio bitrate",
        default=128,
        validators=[
            MinValueValidator(48, "Below 48 kbit/s stereo sounds broken."),
            MaxValueValidator(320, "More than 320 kbit/s is wasted on stereo."),
        ],
        help_text="In kbit/s, for AAC stereo. 128 is good, 192 hard to tell from the source.",
    )
    copies = models.BooleanField(
        "keep fitting pictures",
        default=True,
        help_text="A source that is as its largest rung would be is not encoded again for it.",
    )
    is_default = models.BooleanField(
        "default", default=False, editable=False, help_text="What new videos are made with."
    )

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="encoding_profile_one_default",
            )
        ]

    def __str__(self) -> str:
        return self.name


class EncodingRung(models.Model):
    """One size of a profile; sources that are smaller do without it."""

    profile = models.ForeignKey(EncodingProfile, on_delete=models.CASCADE, related_name="rungs")
    short_side = models.PositiveSmallIntegerField(
        validators=[
            validate_even,
            MinValueValidator(SMALLEST, f"The smallest rung is {SMALLEST}p."),
            MaxValueValidator(LARGEST, f"The largest rung is {LARGEST}p."),
        ],
        help_text="In pixels: 1080 is 1920x1080, or 1080x1920 for a phone held upright.",
    )
    crf = models.PositiveSmallIntegerField(
        "quality (CRF)",
        default=23,
        validators=[
            MinValueValidator(10, "Below 10 files grow without a gain that can be seen."),
            MaxValueValidator(40, "Above 40 little is left of the picture."),
        ],
        help_text="Lower is better and larger: 18 is hard to tell from the source, 28 looks soft.",
    )
    maxrate_kbps = models.PositiveIntegerField(
        "bitrate cap",
        validators=[
            MinValueValidator(100, "A rung needs at least 100 kbit/s."),
            MaxValueValidator(100_000, "100000 kbit/s is the most a player can be asked to load."),
        ],
        help_text="In kbit/s, for 16:9 at up to 30 pictures a second; fast pictures get half more.",
    )
    download = models.BooleanField(
        "MP4 download",
        default=False,
        help_text="Also as one MP4 file; a source smaller than this offers its largest rung.",
    )

    class Meta:
        verbose_name = "rung"
        ordering: ClassVar = ["-short_side"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile", "short_side"],
                name="encoding_rung_once_a_profile",
                violation_error_message="The profile has this size already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.short_side}p"
