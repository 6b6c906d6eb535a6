"""Whether a user's email address is known to belong to them.

Users who sign up prove it with the link in a mail. A user whom the operator created has no primary
address in allauth before the first log-in and needs to prove nothing. Rights do not matter: someone
who signed up with another person's address must not get in because that account was made staff.
"""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from accounts.models import User


class EmailNotVerified(Exception):
    """Raised when a user without a confirmed email address tries to upload."""


def is_verified(user: User) -> bool:
    """Whether the user has a confirmed address or was created by the operator."""
    rows = EmailAddress.objects.filter(user=user).values_list("primary", "verified")
    confirmed = any(verified for _, verified in rows)
    return confirmed or not any(primary for primary, _ in rows)


def is_made_by_operator(user: User) -> bool:
    """Whether the operator created the user: they have no primary or verified address yet."""
    own = Q(primary=True) | Q(verified=True)
    return not EmailAddress.objects.filter(own, user=user).exists()


def require_verified(user: User) -> None:
    """Raise ``EmailNotVerified`` unless ``is_verified`` holds for the user."""
    if not is_verified(user):
        raise EmailNotVerified


def trust(user: User) -> None:
    """Mark the user's address as confirmed on the operator's word, unless another user has
    confirmed it."""
    address = user.email.lower()
    with transaction.atomic():
        if EmailAddress.objects.filter(email=address, verified=True).exclude(user=user).exists():
            return
        others = EmailAddress.objects.filter(user=user).exclude(email=address)
        others.update(primary=False)
        EmailAddress.objects.update_or_create(
            user=user, email=address, defaults={"primary": True, "verified": True}
        )
