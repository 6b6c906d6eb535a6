"""API keys, which act for their users."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models.user import User
from accounts.scopes import ALL, in_order


def all_scopes() -> list[str]:
    """Return every scope: what a key may do unless it is told otherwise."""
    return in_order(ALL)


class ApiKey(models.Model):
    """A secret that acts for its user, within its scopes, until it expires or is revoked, from its
    addresses (an empty list: from everywhere). Only its hash is kept; ``hint`` helps to recognise
    it. ``issued_by`` may have kept the secret: the user, or somebody of the staff, or None once
    that account is deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    issued_by = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.SET_NULL, related_name="issued_keys"
    )
    name = models.CharField(max_length=100)
    hint = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(
        default=all_scopes, db_default=models.Value(all_scopes(), models.JSONField())
    )
    addresses = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField())
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    last_used_from = models.GenericIPAddressField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def is_expired(self) -> bool:
        """Whether the key has ended by itself."""
        return self.expires_at is not None and self.expires_at <= timezone.now()
