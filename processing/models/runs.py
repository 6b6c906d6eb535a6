"""Runs, their tasks, and the workers that do them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from videos.models import GuardedModel, Release, Source, Video


class Run(GuardedModel):
    """One processing of a video. Only ``pipeline`` changes its status."""

    class Kind(models.TextChoices):
        FIRST = "first"
        REPROCESS = "reprocess"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELED = "canceled"

    ACTIVE = (Status.QUEUED, Status.RUNNING)
    OVER = (Status.SUCCEEDED, Status.FAILED, Status.CANCELED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="runs")
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="runs")
    release = models.OneToOneField(
        Release, null=True, on_delete=models.SET_NULL, related_name="run"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    profile = models.JSONField(help_text="a copy: editing a profile changes no job")
    priority = models.SmallIntegerField(default=0, help_text="higher goes first")
    plan = models.JSONField(
        null=True, blank=True, help_text="what is made and why; null until its probe is done"
    )
    whole = models.BooleanField(
        default=False, help_text="in one piece: the chunks of an earlier job did not fit together"
    )
    over_budget = models.BooleanField(
        default=False,
        db_default=False,
        help_text="its owner asked for more than a day's budget: it waits behind those of others",
    )
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    request_id = models.CharField(
        max_length=128,
        blank=True,
        default="",
        db_default="",
        help_text="of the request it came by, for the log",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    download_chapters = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="SHA-256 of the chapters in the files for download; empty: there are none",
    )
    download_chapters_at = models.DateTimeField(
        null=True, blank=True, help_text="no later change of chapters was looked at for them"
    )
    slimmed = models.BooleanField(
        default=False, db_default=False, help_text="its tasks' commands and logs were deleted"
    )

    class Meta:
        verbose_name = "job"
        permissions: ClassVar = [("prioritize_run", "Can put jobs before others")]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(status__in=["queued", "running"]), name="run_active"
            ),
            models.Index(
                fields=["id"],
                condition=Q(status__in=["succeeded", "failed", "canceled"], release__isnull=True),
                name="run_over_unreleased",
            ),
            models.Index(
                fields=["finished_at"],
                condition=Q(status__in=["succeeded", "failed", "canceled"], slimmed=False),
                name="run_over_unslimmed",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "succeeded", "failed", "canceled"]),
                name="run_status_known",
            ),
            models.UniqueConstraint(
                fields=["video"],
                condition=Q(status__in=["queued", "running"]),
                name="run_one_active_a_video",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_shared(self) -> bool:
        """Whether it made nothing, since its video shares the release of a duplicate: only then a
        run succeeds without a source of its own."""
        return self.status == Run.Status.SUCCEEDED and self.source_id is None


class Task(GuardedModel):
    """One step of a run, done by one worker under a lease."""

    class State(models.TextChoices):
        BLOCKED = "blocked"
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELED = "canceled"

    OPEN = (State.BLOCKED, State.READY, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tasks")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    number = models.PositiveIntegerField(default=0)
    input = models.JSONField(default=dict)
    version = models.SmallIntegerField(
        default=1, db_default=1, help_text="of what its step was planned to be given"
    )
    memory = models.BigIntegerField(
        default=0, db_default=0, help_text="bytes its step may need, about; 0: not worth counting"
    )
    depends_on: models.ManyToManyField[Task, models.Model] = models.ManyToManyField(
        "self", symmetrical=False, related_name="unlocks", blank=True
    )
    essential = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State, default=State.BLOCKED)
    queue = models.CharField(max_length=10)
    priority = models.SmallIntegerField(default=0)
    rank = models.DateTimeField(null=True, help_text="ready tasks are claimed in this order")
    cost = models.FloatField(default=0.0, help_text="seconds of 1080p at 30 frames/s, about")
    weight = models.FloatField(default=1.0, help_text="its share of the job's work in percent")
    attempts = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    token = models.UUIDField(null=True, help_text="the fence: only its holder may finish")
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    machine = models.CharField(
        max_length=64, blank=True, db_default="", help_text="whose cores and memory it uses"
    )
    waits_for = models.CharField(
        max_length=64, blank=True, db_default="", help_text="what its running step waits for"
    )
    progress = models.FloatField(default=0.0, help_text="0 to 1")
    speed = models.FloatField(null=True, help_text="seconds of media in a second")
    not_before = models.DateTimeField(null=True, help_text="the next try")
    released_since = models.DateTimeField(
        null=True, help_text="when it was first handed back for no fault of its own"
    )
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    argv = models.JSONField(default=list)
    counted = models.JSONField(
        null=True, blank=True, help_text="what its step found in the source, to be summed"
    )
    log_tail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "step"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "kind", "number"], name="task_once_a_run"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["blocked", "ready", "running", "done", "failed", "canceled"]
                ),
                name="task_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(token__isnull=False, lease_until__isnull=False),
                name="task_running_is_leased",
            ),
        ]
        indexes: ClassVar = [
            # The id is included so that a claim reads one row of the queue without sorting.
            models.Index(
                fields=["queue", "rank", "id"], condition=Q(state="ready"), name="task_by_turn"
            ),
            models.Index(
                fields=["queue", "owner"],
                condition=Q(state__in=["ready", "running"]),
                name="task_of_owner_in_queue",
            ),
            models.Index(
                fields=["kind", "-finished_at"],
                condition=Q(state="done"),
                name="task_done_lately",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="task_leases"),
            models.Index(
                fields=["run"],
                condition=Q(state__in=["ready", "running"]),
                name="task_moving_of_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Worker(models.Model):
    """A worker process, as it last reported itself."""

    name = models.CharField(primary_key=True, max_length=100)
    host = models.CharField(max_length=255, blank=True, help_text="the machine it runs on")
    machine = models.CharField(
        max_length=64, blank=True, db_default="", help_text="whose cores and memory it shares"
    )
    pid = models.PositiveIntegerField(null=True, help_text="its process on the host")
    version = models.CharField(
        max_length=50, blank=True, default="", db_default="", help_text="of the code it runs"
    )
    queues = models.JSONField(default=list)
    started_at = models.DateTimeField()
    last_seen = models.DateTimeField()
    waits_because = models.CharField(max_length=200, blank=True)
    current_task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.name
