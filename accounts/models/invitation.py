"""Invitations to sign up."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from accounts.models.plan import NAME_LENGTH
from accounts.models.role import Role


class Invitation(models.Model):
    """Lets one person sign up, whoever else may. Only the hash of its secret is kept."""

    class State(models.TextChoices):
        """What became of an invitation."""

        OPEN = "open", "Open"
        USED = "used", "Used"
        EXPIRED = "expired", "Expired"
        REVOKED = "revoked", "Revoked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(
        "email address",
        blank=True,
        help_text="Only this address can sign up with it, and counts as confirmed. Empty: any.",
    )
    role = models.CharField(
        max_length=16, choices=Role.Name, blank=True, help_text="What they may do. Empty: no role."
    )
    plan = models.CharField(
        max_length=NAME_LENGTH, blank=True, help_text="Empty: the plan of all new users."
    )
    can_upload = models.BooleanField(default=True, help_text="May upload videos.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    expires_at = models.DateTimeField("expires", db_index=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True, editable=False)
    used_at = models.DateTimeField("used", null=True, blank=True, editable=False)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"Invitation of {self.email}" if self.email else "Invitation"
