"""Users, who log in by email address, their API keys, and the mails that wait to be sent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from accounts.plans import Plan, PlanName, plan_named


class UserManager(BaseUserManager["User"]):
    """Creates users by email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; if no password is given, none will ever match."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user who may do everything."""
        rights = {"is_staff": True, "is_superuser": True, "plan": PlanName.STAFF}
        return self.create_user(email, password, **rights | fields)

    def with_address(self, email: str) -> models.QuerySet[User]:
        """Return the user who logs in with this address, in any case: at most one.

        It does not use ``iexact``, which makes PostgreSQL compare upper-case letters: a long s and
        an s have the same one.
        """
        return self.annotate(address=Lower("email")).filter(address=email.lower())

    def get_by_natural_key(self, username: str | None) -> User:
        """Find the user who logs in with this address."""
        return self.with_address(username or "").get()


class User(AbstractUser):
    """A person who uploads, watches, moderates or operates."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = None  # type: ignore[assignment]  # the email address is the name
    email = models.EmailField("email address", unique=True)
    can_upload = models.BooleanField(
        default=True, help_text="May upload videos; without it the API answers 403."
    )

    plan = models.CharField(
        max_length=8,
        choices=PlanName,
        default=PlanName.FREE,
        help_text="How soon their videos are processed, and how many at once.",
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # ours, by email

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case")
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def terms(self) -> Plan:
        """The user's plan: its priority, its limits and its budget."""
        return plan_named(self.plan)


class ApiKey(models.Model):
    """A secret that acts for its user. Only its hash is kept; ``hint`` helps to recognise it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    hint = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class OutgoingMail(models.Model):
    """A mail to a user, written in the same transaction as the change it reports.

    It goes to the address that the user has at the time of sending. ``template`` names the files
    ``{template}_subject.txt`` and ``{template}_message.txt``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    template = models.CharField(max_length=100)
    context = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    next_at = models.DateTimeField(null=True, help_text="the next try; empty when it is over")
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True, help_text="why the last try failed")

    class Meta:
        verbose_name = "mail"
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="mail_due"
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(next_at__isnull=True), name="mail_over"
            ),
        ]

    def __str__(self) -> str:
        return self.template
