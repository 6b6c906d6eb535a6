"""Invitations: made and mailed by administrators, and used once to sign up.

An invitation counts in every mode of ``VODLOOM_SIGNUP``: it is the exception that somebody with the
right to make users makes. Its secret is shown once, and only its hash is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from accounts import audit, roles
from accounts.models import Invitation, Plan, User
from accounts.rights import groups_within
from config import mail

logger = structlog.get_logger(__name__)

DAYS = 7
MOST_DAYS = 90
_PRUNED = 500
_KEPT = timedelta(days=90)
State = Invitation.State


class NotOpen(Exception):
    """Raised when an invitation cannot be used: ``state`` is used, expired or revoked, or empty if
    there is no such invitation."""

    def __init__(self, state: str = "") -> None:
        super().__init__(f"the invitation is {state or 'unknown'}")
        self.state = state


class MayNotGive(Exception):
    """Raised when somebody invites to a role with rights that they do not have."""


class NoSuchPlan(Exception):
    """Raised when no plan has the name."""


class TakenAddress(Exception):
    """Raised when somebody is invited who has an account."""


@dataclass(frozen=True)
class Terms:
    """What an invitation gives: the address that it is for (empty: any), a role and a plan (empty:
    none of its own), and for how many days it holds."""

    email: str = ""
    role: str = ""
    plan: str = ""
    can_upload: bool = True
    days: int = DAYS


def make(terms: Terms, *, by: User | None) -> tuple[Invitation, str]:
    """Make an invitation and return its row and its secret. Without ``by`` the operator makes it.

    Raises ``MayNotGive``, ``NoSuchPlan`` or ``TakenAddress``.
    """
    if terms.role and by is not None and not _may_give(by, terms.role):
        raise MayNotGive
    if terms.plan and not Plan.objects.filter(name=terms.plan).exists():
        raise NoSuchPlan
    email = User.objects.normalize_email(terms.email).lower()
    if email and User.objects.with_address(email).exists():
        raise TakenAddress
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            digest=_digest(secret),
            email=email,
            role=terms.role,
            plan=terms.plan,
            can_upload=terms.can_upload,
            made_by=by,
            expires_at=timezone.now() + timedelta(days=terms.days),
        )
        details = {"role": terms.role, "plan": terms.plan, "days": terms.days}
        audit.record("invitation.created", invitation, by=by, details=details)
    return invitation, secret


def send(invitation: Invitation, link: str) -> bool:
    """Mail the link of an invitation; return False if no mail could be sent."""
    if not (invitation.email and mail.goes_anywhere()):
        return False
    site = urlsplit(link).netloc
    context = {"link": link, "expires_at": invitation.expires_at, "site": site}
    subject = render_to_string("mail/invitation_subject.txt", context)
    text = render_to_string("mail/invitation_message.txt", context)
    page = render_to_string("mail/invitation_message.html", context)
    try:
        message = EmailMultiAlternatives(" ".join(subject.split()), text, to=[invitation.email])
        message.attach_alternative(page, "text/html")
        return bool(message.send())
    except (OSError, SMTPException) as error:
        logger.warning("mail_not_sent", reason=type(error).__name__, mail="mail/invitation")
        return False


def find(secret: str) -> Invitation:
    """Return the open invitation with this secret. Raises ``NotOpen``."""
    found = Invitation.objects.filter(digest=_digest(secret)).first()
    if found is None:
        raise NotOpen
    if (state := state_of(found)) != State.OPEN:
        raise NotOpen(state)
    _require_backing(found)
    return found


def state_of(invitation: Invitation) -> str:
    """Return what became of an invitation."""
    if invitation.used_at:
        return State.USED
    if invitation.revoked_at:
        return State.REVOKED
    return State.EXPIRED if invitation.expires_at <= timezone.now() else State.OPEN


def accept(invitation: Invitation, user: User) -> None:
    """Use an invitation for a user who is just being made, in the transaction that makes them.
    Raises ``NotOpen`` if it was used, revoked or expired in the meantime."""
    _use_up(invitation, user)
    user.can_upload = invitation.can_upload
    user.plan = invitation.plan or user.plan
    user.save(update_fields=["can_upload", "plan"])
    if invitation.role:
        roles.give(user, invitation.role)
    audit.record("invitation.used", invitation, by=user)


def spend(invitation: Invitation) -> None:
    """Use an invitation up without a new user, since the address has an account already: if it
    stayed open, that would tell whose addresses have one. Raises ``NotOpen``."""
    with transaction.atomic():
        _use_up(invitation, None)
        audit.record("invitation.used", invitation, details={"account": "known"})


def revoke(invitation: Invitation) -> None:
    """Revoke an invitation. Raises ``NotOpen`` if it is not open any more."""
    with transaction.atomic():
        standing = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
        if not standing.update(revoked_at=Now()):
            raise NotOpen(state_of(Invitation.objects.get(pk=invitation.pk)))
        audit.record("invitation.revoked", invitation)


def roles_to_give(by: User) -> Collection[str]:
    """Return the roles that somebody may invite to: those whose every right they have."""
    return set(groups_within(by).exclude(role=None).values_list("role__name", flat=True))


def prune_invitations() -> int:
    """Delete invitations that ended 90 days ago, at most 500 at a time; return how many."""
    over = _ended_before(timezone.now() - _KEPT).values_list("pk", flat=True)
    chosen = Invitation.objects.filter(pk__in=list(over[:_PRUNED]))
    return chosen.delete()[0]


def _use_up(invitation: Invitation, user: User | None) -> None:
    _require_backing(invitation)
    standing = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
    if not standing.filter(expires_at__gt=Now()).update(used_at=Now(), used_by=user):
        raise NotOpen(state_of(Invitation.objects.get(pk=invitation.pk)))


def _ended_before(time: object) -> QuerySet[Invitation]:
    return Invitation.objects.filter(Q(expires_at__lt=time)).order_by(F("expires_at"))


def _may_give(by: User, role: str) -> bool:
    return role in roles_to_give(by)


def _require_backing(invitation: Invitation) -> None:
    """Raise ``NotOpen`` if whoever invited to a role could not do so any more. Otherwise somebody
    who expects to lose a role could keep it by inviting themselves."""
    by = invitation.made_by
    if by is None or not invitation.role:
        return
    if not (by.is_active and by.is_staff and _may_give(by, invitation.role)):
        raise NotOpen(State.REVOKED)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
