"""Record in the audit log what users do with their own accounts: Django and allauth tell of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account import signals as allauth
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as django
from django.db.models import Count, Q
from django.db.models.signals import post_save
from django.dispatch import Signal
from django.utils import timezone

from accounts import actor, audit
from accounts.models import AuditEntry, User

LOGIN_FAILED = "user.login_failed"
_HOUR = timedelta(hours=1)
MOST_OF_ONE = 10
"""The most failed log-ins that are recorded within an hour, from one address or for one user."""
MOST_OF_ALL = 500
"""The most failed log-ins that are recorded within an hour."""
_ACTS: dict[Signal, str] = {
    django.user_logged_in: "user.logged_in",
    django.user_logged_out: "user.logged_out",
    allauth.user_signed_up: "user.signed_up",
    allauth.password_changed: "user.password_changed",
    allauth.password_set: "user.password_changed",
    allauth.password_reset: "user.password_reset",
}

_FACTORS: dict[Signal, str] = {
    mfa.authenticator_added: "user.second_factor_added",
    mfa.authenticator_removed: "user.second_factor_removed",
    mfa.authenticator_reset: "user.recovery_codes_renewed",
}


def connect() -> None:
    """Begin to record."""
    for signal, action in _ACTS.items():
        signal.connect(_recording(action), weak=False, dispatch_uid=f"audit {action} {id(signal)}")
    for signal, action in _FACTORS.items():
        signal.connect(_of_factor(action), weak=False, dispatch_uid=f"audit {action}")
    django.user_login_failed.connect(_login_failed, dispatch_uid="audit login failed")
    post_save.connect(_made_by_command, sender=User, dispatch_uid="audit user created")
    allauth.email_confirmed.connect(_confirmed, dispatch_uid="audit email confirmed")
    allauth.email_added.connect(_added, dispatch_uid="audit email added")
    allauth.email_removed.connect(_removed, dispatch_uid="audit email removed")
    allauth.email_changed.connect(_changed, dispatch_uid="audit email changed")


def _made_by_command(sender: object, instance: User, created: bool, **about: Any) -> None:
    """Record a user whom a command makes, such as ``createsuperuser``."""
    if created and not about.get("raw") and actor.now().via == actor.COMMAND:
        rights = {"is_superuser": instance.is_superuser, "is_staff": instance.is_staff}
        audit.record("user.created", instance, details=rights)


def _recording(action: str) -> Any:
    def record(sender: object, user: User | None = None, **about: Any) -> None:
        if user is not None and user.is_authenticated:
            audit.record(action, user, by=user)

    return record


def _of_factor(action: str) -> Any:
    def record(sender: object, user: User, authenticator: Any, **about: Any) -> None:
        audit.record(action, user, by=user, details={"type": authenticator.type})

    return record


def _login_failed(sender: object, credentials: dict[str, Any], **about: Any) -> None:
    """Record a failed log-in, unless there were too many just now: whoever guesses passwords must
    not fill the log."""
    email = str(credentials.get("email") or credentials.get("username") or "")[:254].lower()
    if _is_enough(email):
        return
    user = User.objects.with_address(email).first()
    audit.record(LOGIN_FAILED, ("user", user.pk if user else "", email))


def _is_enough(email: str) -> bool:
    # Ids begin with the time, and the index of actions has them.
    began = UUID(int=int((timezone.now() - _HOUR).timestamp() * 1000) << 80)
    recent = AuditEntry.objects.filter(action=LOGIN_FAILED, pk__gt=began)
    counts = recent.aggregate(
        all=Count("pk"),
        here=Count("pk", filter=Q(address=actor.now().address)),
        name=Count("pk", filter=Q(target_name=email)),
    )
    return bool(counts["all"] >= MOST_OF_ALL or max(counts["here"], counts["name"]) >= MOST_OF_ONE)


def _confirmed(sender: object, email_address: Any, **about: Any) -> None:
    _about_email("user.email_confirmed", email_address.user, email=email_address.email)


def _added(sender: object, user: User, email_address: Any, **about: Any) -> None:
    _about_email("user.email_added", user, email=email_address.email)


def _removed(sender: object, user: User, email_address: Any, **about: Any) -> None:
    _about_email("user.email_removed", user, email=email_address.email)


def _changed(
    sender: object,
    user: User,
    from_email_address: Any = None,
    to_email_address: Any = None,
    **about: Any,
) -> None:
    before = from_email_address.email if from_email_address else ""
    _about_email("user.email_changed", user, before=before, after=to_email_address.email)


def _about_email(action: str, user: User, **details: str) -> None:
    audit.record(action, user, by=user, details=details)
