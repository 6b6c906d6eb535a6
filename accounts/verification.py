"""Whether a user's email address is known to be theirs.

Who signs up proves it by the link in a mail. Whom the operator makes has no primary address with
allauth before the first log-in, and needs to prove nothing. Rights do not matter: whoever signed up
with somebody else's address must not come in because that somebody was made staff.
"""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from accounts.models import User


class EmailNotVerified(Exception):
    """Raised when somebody who has not confirmed an email address wants to upload."""


def is_verified(user: User) -> bool:
    """Whether an address of theirs is confirmed, or the operator answers for them."""
    rows = EmailAddress.objects.filter(user=user).values_list("primary", "verified")
    confirmed = any(verified for _, verified in rows)
    return confirmed or not any(primary for primary, _ in rows)


def is_made_by_operator(user: User) -> bool:
    """Whether they never signed up."""
    own = Q(primary=True) | Q(verified=True)
    return not EmailAddress.objects.filter(own, user=user).exists()


def require_verified(user: User) -> None:
    """Raises ``EmailNotVerified``."""
    if not is_verified(user):
        raise EmailNotVerified


def trust(user: User) -> None:
    """The operator answers for the address that the user has: it counts as confirmed, unless it is
    somebody else's."""
    address = user.email.lower()
    with transaction.atomic():
        if EmailAddress.objects.filter(email=address, verified=True).exclude(user=user).exists():
            return
        others = EmailAddress.objects.filter(user=user).exclude(email=address)
        others.update(primary=False)
        EmailAddress.objects.update_or_create(
            user=user, email=address, defaults={"primary": True, "verified": True}
        )
