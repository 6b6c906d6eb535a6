"""Web Push: the key of this installation, the browsers that subscribed, and messages to them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.models.api_key import ApiKey
from accounts.models.user import User


class PushKey(models.Model):
    """The one pair of keys that push services know this installation by (RFC 8292)."""

    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    public = models.CharField(max_length=100, help_text="an uncompressed point, in base64url")
    private = models.TextField(help_text="encrypted by a key that follows from SECRET_KEY")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="push_key_is_one")]

    def __str__(self) -> str:
        return self.public


class PushSubscription(models.Model):
    """A browser that a user allowed to show messages.

    Who knows ``endpoint`` can send to it, so nobody is shown it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="push_subscriptions")
    key = models.ForeignKey(
        ApiKey, null=True, on_delete=models.CASCADE, related_name="+", help_text="that made it"
    )
    endpoint = models.TextField()
    endpoint_sha256 = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=100, help_text="the browser's public key")
    auth = models.TextField(help_text="the browser's secret, encrypted")
    login = models.CharField(
        max_length=64, blank=True, help_text="of the password that the browser was logged in by"
    )
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, help_text="as the push service said")
    last_used_at = models.DateTimeField(null=True, help_text="when the last message was taken")
    failures = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="messages given up since then"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "id"], name="push_of_user")]

    def __str__(self) -> str:
        return self.user_agent or str(self.pk)


class PushMessage(models.Model):
    """A message to one browser, as a row that a worker sends."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.CASCADE, related_name="messages"
    )
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    next_at = models.DateTimeField(null=True, help_text="the next try; empty when it is over")
    tries = models.PositiveIntegerField(default=0, db_default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True, help_text="why the last try failed")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="push_due"),
            models.Index(fields=["created_at"], condition=Q(next_at=None), name="push_over"),
        ]

    def __str__(self) -> str:
        return str(self.payload.get("title", ""))
