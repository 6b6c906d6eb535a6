"""What AI generators report by webhook: the addresses they call, the calls, and what they made."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class HookAddress(models.Model):
    """An address that a generator calls on behalf of its owner; ``settings`` are those of the
    videos that come of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hook_addresses"
    )
    source = models.CharField(max_length=32, help_text="the generator")
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.source} ({str(self.id)[-6:]})"


class Generation(models.Model):
    """One job of a generator, by the generator's own id, and how far it is known to be.

    Its row is locked while a report of it is acted upon, so that nothing is imported twice.
    """

    class Status(models.TextChoices):
        STARTING = "starting"
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELED = "canceled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations"
    )
    address = models.ForeignKey(HookAddress, on_delete=models.CASCADE, related_name="generations")
    source = models.CharField(max_length=32, help_text="the generator")
    job_id = models.CharField(max_length=150, help_text="the generator's id of the job")
    status = models.CharField(max_length=10, choices=Status, default=Status.STARTING)
    outputs = models.JSONField(
        default=list,
        blank=True,
        help_text="of each output: its kind and state, the video or image",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    next_poll_at = models.DateTimeField(
        null=True, blank=True, help_text="when the generator is asked, if it has not reported"
    )
    polls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "source", "job_id"], name="generation_once_per_owner"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["starting", "processing", "succeeded", "failed", "canceled"]
                ),
                name="generation_status_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_poll_at"],
                condition=Q(next_poll_at__isnull=False),
                name="generation_to_poll",
            ),
            models.Index(fields=["created_at"], name="generation_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.job_id}"


class GeneratedImage(models.Model):
    """An image among the outputs of a generation, until it is imported or given up.

    It becomes ``imported`` in the transaction that writes the image, so there is never a second.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        IMPORTED = "imported"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="images")
    delivery = models.ForeignKey(
        "videos.HookDelivery", null=True, on_delete=models.SET_NULL, related_name="images"
    )
    number = models.PositiveIntegerField(help_text="its place among the outputs, from 0")
    asked = models.JSONField(
        default=dict, blank=True, help_text="its address and settings; emptied once it is over"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    error_code = models.CharField(max_length=64, blank=True, default="")
    image = models.ForeignKey(
        "videos.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(
        null=True, blank=True, help_text="when it is fetched; empty when that is over"
    )

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["generation", "number"], name="generated_image_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "imported", "failed"]),
                name="generated_image_state_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="generated_image_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.generation_id} {self.number}"


class HookDelivery(models.Model):
    """One report of a generator, kept before it is acknowledged, and what was done about it."""

    class State(models.TextChoices):
        RECEIVED = "received"
        NOTED = "noted"
        IMPORTED = "imported"
        RECORDED = "recorded"
        IGNORED = "ignored"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    address = models.ForeignKey(HookAddress, on_delete=models.CASCADE, related_name="deliveries")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hook_deliveries"
    )
    source = models.CharField(max_length=32, help_text="the generator")
    delivery_id = models.CharField(max_length=255, help_text="the `webhook-id`")
    job_id = models.CharField(max_length=150, help_text="the generator's id of the job")
    status = models.CharField(
        max_length=10, choices=Generation.Status, help_text="the job's, as it was reported"
    )
    report = models.JSONField(
        default=dict, blank=True, help_text="what was reported; emptied once it is acted upon"
    )
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    error_code = models.CharField(max_length=64, blank=True, default="")
    video = models.ForeignKey(
        "videos.Video",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="the first that came of it",
    )
    received_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(
        null=True, blank=True, help_text="when it is acted upon; empty when that is over"
    )

    class Meta:
        verbose_name = "hook delivery"
        verbose_name_plural = "hook deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "delivery_id"], name="hook_delivery_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["received", "noted", "imported", "recorded", "ignored", "refused"]
                ),
                name="hook_delivery_state_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="hook_delivery_due"
            ),
            models.Index(fields=["received_at"], name="hook_delivery_by_time"),
            models.Index(fields=["owner", "-id"], name="hook_delivery_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.job_id} {self.status}"
