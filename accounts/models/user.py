"""Users, who log in by email address."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from uuid_utils.compat import uuid7

from accounts.plans import PlanName, Terms, default_plan, terms_named
from accounts.scopes import ALL as ALL_SCOPES

_SESSIONS = "vodloom.session-seed"


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
        max_length=40,
        default=default_plan,
        help_text="How soon their videos are processed, how many at once, and how much they may "
        "upload.",
    )

    trusted_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_watched = models.BooleanField(
        "trust withdrawn",
        default=False,
        db_default=False,
        editable=False,
        help_text="All their new videos wait for a moderator.",
    )

    session_seed = models.CharField(max_length=32, default="", db_default="", editable=False)
    """What sessions depend on beside the password: another one ends them all."""

    # What the credential of the current request lets them do; no column.
    scopes: frozenset[str] = ALL_SCOPES

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # ours, by email

    class Meta:
        permissions: ClassVar = [("give_role", "Can give and take roles")]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case")
        ]

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must hold to be valid; it changes with password and seed."""
        if not self.session_seed:
            return str(super()._get_session_auth_hash(secret=secret))  # type: ignore[misc]  # Django's
        value = f"{self.password} {self.session_seed}"
        return salted_hmac(_SESSIONS, value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def may_upload(self) -> bool:
        """Whether the user may upload: the switch is on and, if uploading takes a role, a group or
        the user has the permission for it."""
        if not self.can_upload:
            return False
        return settings.UPLOADERS != "role" or self.has_perm("videos.add_video")

    @property
    def terms(self) -> Terms:
        """What the user's plan grants, as it was a few seconds ago at most."""
        return terms_named(self.plan)
