"""Users, who log in by email address."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from accounts.plans import Plan, PlanName, plan_named
from accounts.scopes import ALL as ALL_SCOPES


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

    # What the credential of the current request lets them do; no column.
    scopes: frozenset[str] = ALL_SCOPES

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
