"""Encoding profiles: the rungs and settings that each run copies when it begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from processing.ffmpeg.encoding import outputs

LARGEST, SMALLEST = 2160, 144


def validate_even(number: int) -> None:
    """Reject odd sizes, since colour is stored once for each two by two pixels."""
    if number % 2:
        raise ValidationError(
            "%(number)d is odd: a frame's sides must be even.",
            code="odd",
            params={"number": number},
        )


class EncodingProfile(models.Model):
    """Settings for making videos. Each run has its own copy, so changes here affect no run."""

    class Codec(models.TextChoices):
        H264 = "h264", "H.264 (plays everywhere)"

    class Preset(models.TextChoices):
        """The presets of x264, quickest first."""

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
        help_text="The name that the API and commands use: letters, digits, hyphens and "
        "underscores.",
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
    also_opus = models.BooleanField(
        "Opus too",
        default=False,
        db_default=False,
        help_text="All audio is also made in Opus, with three quarters of the bits, for players "
        "that support it. Others get AAC.",
    )
    copies = models.BooleanField(
        "keep fitting frames",
        default=True,
        help_text="A source that already has the form of its largest rung is repackaged instead "
        "of encoded.",
    )
    takes_incomplete = models.BooleanField(
        "take incomplete files",
        default=True,
        db_default=True,
        help_text="A file that is shorter than it says, such as a recording or a copy that broke "
        "off, is processed as far as it goes, with a notice to its owner. Otherwise it is refused.",
    )
    left_out = models.JSONField(
        "pictures left out",
        default=list,
        db_default=[],
        blank=True,
        help_text="The kinds of pictures and previews that are not made.",
    )
    is_default = models.BooleanField(
        "default",
        default=False,
        editable=False,
        help_text="Whether new videos are processed with it.",
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


_SIZES: list[Callable[[Any], None]] = [
    validate_even,
    MinValueValidator(SMALLEST, f"The smallest rung is {SMALLEST}p."),
    MaxValueValidator(LARGEST, f"The largest rung is {LARGEST}p."),
]
_CAPS = [
    MinValueValidator(100, "A rung needs at least 100 kbit/s."),
    MaxValueValidator(100_000, "100000 kbit/s is the most a player can be asked to load."),
]
_CAP_HELP = "In kbit/s, for 16:9 at up to 30 frames a second; faster video gets half as much again."


class EncodingRung(models.Model):
    """One size of a profile. It is not made for smaller sources."""

    profile = models.ForeignKey(EncodingProfile, on_delete=models.CASCADE, related_name="rungs")
    short_side = models.PositiveSmallIntegerField(
        validators=_SIZES,
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
    maxrate_kbps = models.PositiveIntegerField("bitrate cap", validators=_CAPS, help_text=_CAP_HELP)
    download = models.BooleanField(
        "MP4 download",
        default=False,
        help_text="Whether it is also offered as one MP4 file; for a smaller source that is its "
        "largest rung.",
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


class AlternateRung(models.Model):
    """One size of a profile in another codec, in addition to H.264, for players that support it.

    It has its own table because the previous version of the program encodes every rung it reads
    in H.264.
    """

    class Codec(models.TextChoices):
        AV1 = "av1", "AV1 (newer browsers and phones; several times the work)"

    profile = models.ForeignKey(
        EncodingProfile, on_delete=models.CASCADE, related_name="alternate_rungs"
    )
    codec = models.CharField(max_length=8, choices=Codec, default=Codec.AV1)
    short_side = models.PositiveSmallIntegerField(
        validators=_SIZES, help_text="In pixels, as of the other rungs."
    )
    crf = models.PositiveSmallIntegerField(
        "quality (CRF)",
        default=35,
        help_text="Lower is better and larger; each codec counts in its own way. AV1: 20 to 55.",
    )
    preset = models.CharField(
        max_length=10, default="8", help_text="AV1: from 12, the quickest, down to 4."
    )
    maxrate_kbps = models.PositiveIntegerField("bitrate cap", validators=_CAPS, help_text=_CAP_HELP)

    class Meta:
        verbose_name = "rung in another codec"
        verbose_name_plural = "rungs in other codecs"
        ordering: ClassVar = ["codec", "-short_side"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile", "codec", "short_side"],
                name="alternate_rung_once_a_profile",
                violation_error_message="The profile has this size in this codec already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.short_side}p-{self.codec}"

    def clean(self) -> None:
        """Check that the codec's encoder supports the quality and the preset."""
        if self.codec not in outputs.VIDEO:
            return  # the field's own validation reports it
        encoder, found = outputs.video(self.codec), {}
        best, worst, _ = encoder.quality
        if self.crf is not None and not best <= self.crf <= worst:
            found["crf"] = f"{self.codec} takes a quality from {best} to {worst}."
        if self.preset not in encoder.presets:
            found["preset"] = f"{self.codec} has the presets {', '.join(encoder.presets)}."
        if found:
            raise ValidationError(found)
