"""Idempotency keys: what a client names a request, so that sending it twice acts once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import JSONField, Value
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A user's key, the request that it named, and the answer once there is one.

    Only ``videos.idempotency`` changes rows. Until there is an answer, the row belongs to a
    ``holder``, for as long as ``held_until`` says.
    """

    id = models.BigAutoField(primary_key=True)
    # No constraint in the database: the release before, which knows no such table, deletes users.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="idempotency_keys",
    )
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=255, help_text="of the request; only ever shown")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the whole request, in hex")
    holder = models.UUIDField(help_text="the attempt that acts, or has answered")
    held_until = models.DateTimeField()
    made = models.JSONField(
        default=list,
        db_default=Value([], output_field=JSONField()),
        help_text="what the request has created, each as its kind and id",
    )
    status = models.PositiveSmallIntegerField(null=True, help_text="of the answer, once given")
    body = models.TextField(blank=True, default="", db_default="", help_text="JSON")
    location = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
