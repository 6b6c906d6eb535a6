"""The state that reconcilers share: which of them live, which duties exist, when each ran."""

from __future__ import annotations

from django.db import models


class Reconciler(models.Model):
    """A reconciler process, as it last reported itself."""

    name = models.CharField(primary_key=True, max_length=150)
    host = models.CharField(max_length=255, help_text="the machine it runs on")
    version = models.CharField(
        max_length=50, blank=True, default="", db_default="", help_text="of the code it runs"
    )
    started_at = models.DateTimeField()
    last_seen = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class DutyRun(models.Model):
    """When a duty of the reconcilers ran, and which reconciler runs it now.

    Times are the database's. A reconciler claims a duty by compare-and-set on ``revision``;
    the claim ends at ``held_until`` unless its holder renews it.
    """

    name = models.CharField(primary_key=True, max_length=300)
    machine = models.CharField(
        max_length=255, blank=True, help_text="of a duty that each machine has for itself"
    )
    next_at = models.DateTimeField(help_text="when it is due")
    holder = models.CharField(max_length=150, blank=True, help_text="the reconciler that runs it")
    held_until = models.DateTimeField(null=True, help_text="the claim is over after this")
    revision = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, help_text="the end of the last run without error")
    count = models.PositiveIntegerField(default=0, help_text="what the last run put right")
    seconds = models.FloatField(default=0.0, help_text="how long the last run took")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    last_error = models.CharField(max_length=100, blank=True, help_text="the kind of error")
    cursor = models.JSONField(default=dict, blank=True, help_text="where its walk goes on")

    class Meta:
        verbose_name = "duty"
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return self.name
