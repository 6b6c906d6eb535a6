"""Outgoing webhooks: the addresses that hear of events, and each message that is sent to one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

LONGEST_URL = 2000


class WebhookEndpoint(models.Model):
    """An address that hears of its owner's events; with ``all_videos``, of everybody's that the
    owner may see as staff.

    A deleted endpoint keeps its row, without its secret, until its deliveries are swept.
    """

    class Disabled(models.TextChoices):
        OWNER = "owner", "its owner turned it off"
        STAFF = "staff", "staff turned it off"
        GONE = "gone", "it answered 410 Gone"
        FAILING = "failing", "it failed for five days"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks"
    )
    url = models.CharField("address", max_length=LONGEST_URL)
    description = models.CharField(max_length=200, blank=True, default="")
    events = models.JSONField(
        default=list, blank=True, help_text="names such as `video.ready` or `video.*`; empty: all"
    )
    all_videos = models.BooleanField(default=False, help_text="hears of everybody's videos")
    secret = models.TextField(blank=True, help_text="sealed")
    previous_secret = models.TextField(blank=True, default="", help_text="sealed")
    previous_until = models.DateTimeField(
        null=True, blank=True, help_text="until when the previous secret signs too"
    )
    starts_after = models.BigIntegerField(help_text="the last position that it does not hear of")
    disabled_at = models.DateTimeField("off since", null=True, blank=True)
    disabled_reason = models.CharField(max_length=8, choices=Disabled, blank=True, default="")
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(
        null=True, blank=True, help_text="its receiver asked for a pause"
    )
    last_at = models.DateTimeField("last answer", null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=40, blank=True, default="")
    last_ms = models.PositiveIntegerField(null=True, blank=True)
    slow_until = models.DateTimeField(
        null=True, blank=True, help_text="until when it gets one message at a time"
    )
    served_at = models.DateTimeField(null=True, blank=True, help_text="when it last had its turn")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "webhook"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(disabled_reason__in=["", "owner", "staff", "gone", "failing"]),
                name="webhook_reason_known",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner"], condition=Q(deleted_at=None), name="webhook_of_owner"),
            models.Index(
                fields=["served_at"],
                condition=Q(deleted_at=None, disabled_at=None),
                name="webhook_by_turn",
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url.partition("?")[0][:100]

    @property
    def is_on(self) -> bool:
        """Whether it is sent anything."""
        return self.disabled_at is None and self.deleted_at is None


class WebhookDelivery(models.Model):
    """One message to an endpoint, its body rendered once, and how sending it went.

    While it is ``sending``, ``next_at`` is the end of a lease: a worker that is silent for so long
    was killed, and another sends the message again, with the same id.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"
        DROPPED = "dropped"

    class Kind(models.TextChoices):
        EVENT = "event"
        REPLAY = "replay"
        TEST = "test"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.EVENT)
    event = models.CharField(max_length=64)
    position = models.BigIntegerField(null=True, blank=True)
    about_id = models.UUIDField(null=True, blank=True, help_text="the video or image")
    needs = models.JSONField(
        default=list,
        blank=True,
        help_text="the rights without which the endpoint's owner must not hear of it",
    )
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(
        null=True, blank=True, help_text="when the first try ended; later events wait for it"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True, default="")
    answer = models.TextField(blank=True, default="", help_text="its first 2 KB")
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    request_headers = models.JSONField(default=dict, blank=True)
    attempts = models.JSONField(default=list, blank=True, help_text="the last twenty")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint", "position"],
                condition=Q(kind="event"),
                name="webhook_event_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "delivered", "failed", "dropped"]),
                name="webhook_delivery_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["event", "replay", "test"]),
                name="webhook_delivery_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending"], next_at__isnull=False)
                | Q(state__in=["delivered", "failed", "dropped"], next_at=None),
                name="webhook_delivery_due_while_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "next_at", "id"],
                condition=Q(next_at__isnull=False),
                name="webhook_delivery_due",
            ),
            models.Index(
                fields=["endpoint", "about_id", "position"],
                condition=Q(next_at__isnull=False, tried_at=None),
                name="webhook_delivery_untried",
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_of"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}"

    @property
    def webhook_id(self) -> str:
        """The id that receivers tell repeated messages apart by."""
        return f"msg_{self.pk.hex}"


class WebhookReader(models.Model):
    """One row: up to which position of the event log deliveries were written."""

    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    position = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="webhook_reader_only_one")
        ]

    def __str__(self) -> str:
        return f"up to {self.position}"
