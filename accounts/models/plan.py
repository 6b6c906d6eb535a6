"""Plans: what users may ask of the site."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.plans import Terms, forget

NAME_LENGTH = 40


class Plan(models.Model):
    """A plan. Users name theirs; an empty limit is none."""

    name = models.SlugField(
        max_length=NAME_LENGTH,
        unique=True,
        error_messages={"unique": "Another plan has this name."},
        help_text="The name that the API and commands use. It stays.",
    )
    label = models.CharField(max_length=60, help_text="The name that users read.")
    priority = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="Of new jobs: those with a higher one begin first.",
    )
    running = models.PositiveSmallIntegerField(
        "tasks at once",
        default=2,
        validators=[MinValueValidator(1)],
        help_text="How many steps of their jobs may run at once in each queue.",
    )
    budget = models.FloatField(
        "daily budget",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="As a multiple of VODLOOM_DAILY_GIGAPIXELS. Beyond it their jobs wait behind "
        "those of others. Empty: no limit.",
    )
    uploads_at_once = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Uploads that have begun and are not finished, whichever way the bytes come. "
        "Imports wait in their queue and do not count. Empty: no limit.",
    )
    uploads_a_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Uploads and imports begun since midnight UTC, whatever became of them. "
        "Empty: no limit.",
    )
    stored_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="The length of all their originals, also of those in the trash. Empty: no limit.",
    )
    stored_bytes = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="In bytes: all their originals, also those in the trash, and what is arriving. "
        "Empty: no limit.",
    )
    largest_file = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="In bytes. Empty: no limit but VODLOOM_MAX_UPLOAD_BYTES.",
    )
    longest_video = models.PositiveIntegerField(
        null=True, blank=True, help_text="In seconds. Empty: no limit but the site's."
    )
    profiles = models.JSONField(
        "encoding profiles",
        default=list,
        blank=True,
        help_text="Those that may be chosen; none chosen: all. The default profile may always be.",
    )
    api_rate = models.PositiveIntegerField(
        "API requests a minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: what VODLOOM_RATE_API says.",
    )

    class Meta:
        ordering = ("priority", "name")

    def __str__(self) -> str:
        return self.label or self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row, and let this process read it again."""
        super().save(*args, **kwargs)
        forget()

    @property
    def terms(self) -> Terms:
        """What the plan grants."""
        return Terms(
            priority=self.priority,
            running=self.running,
            budget=self.budget,
            uploads_at_once=self.uploads_at_once,
            uploads_a_day=self.uploads_a_day,
            stored_minutes=self.stored_minutes,
            stored_bytes=self.stored_bytes,
            largest_file=self.largest_file,
            longest_video=self.longest_video,
            profiles=tuple(self.profiles),
            api_rate=self.api_rate,
            label=str(self),
        )
