"""Keep people from holding API keys of users who may do more than they.

Whoever issues a key for somebody else learns its secret, and so may issue none for a user who has
more rights. That user may get more rights later, or the issuer may lose theirs: then the key ends.
A key that its user made acts for them as long as it is valid; what more it may do is told to them.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts import api_keys, audit, outbox
from accounts.models import ApiKey, User
from accounts.rights import given_to, may_act_for
from accounts.scopes import Scope

OUTGROWN = "Its user may do more than whoever issued it."
_OF_STAFF = frozenset({Scope.MODERATE, Scope.ADMIN})
_MOST_NAMED = 20


def hear(user_id: UUID | None, **_: Any) -> None:
    """Receive ``signals.rights_changed``."""
    end_outgrown(user_id)


def end_outgrown(user_id: UUID | None = None) -> int:
    """End the keys that whoever issued them could not issue now, and return how many: all of them,
    or those of a user and those that a user issued."""
    keys = _of_staff_by_others()
    if user_id is not None:
        keys = keys.filter(Q(user=user_id) | Q(issued_by=user_id) | Q(issued_by=None))
    return sum(_end(key) for key in keys if not _is_answered_for(key))


def tell_of_rights(user: User) -> None:
    """Tell a user who was just given rights of staff which keys of theirs may use them."""
    gaining = [
        str(key)
        for key in user.api_keys.filter(revoked_at=None).order_by("-pk")
        if _OF_STAFF.intersection(key.scopes) and not key.is_expired and _is_answered_for(key)
    ]
    if user.is_staff and gaining:
        more = len(gaining) - _MOST_NAMED
        outbox.write(user, "mail/key_rights", keys=gaining[:_MOST_NAMED], more=max(0, more))


def _of_staff_by_others() -> QuerySet[ApiKey]:
    """Return the keys of staff that somebody else issued; other users have no powers to borrow."""
    keys = ApiKey.objects.filter(revoked_at=None, user__is_staff=True)
    by_others = Q(issued_by=None) | ~Q(issued_by=F("user"))
    return keys.filter(by_others).select_related("user", "issued_by")


def _is_answered_for(key: ApiKey) -> bool:
    """Whether whoever issued a key has all rights that its user has."""
    issuer, user = key.issued_by, key.user
    if key.issued_by_id == key.user_id or not (user.is_superuser or given_to(user)):
        return True
    return issuer is not None and issuer.is_staff and may_act_for(issuer, user)


def _end(key: ApiKey) -> bool:
    with transaction.atomic(), audit.because(OUTGROWN):
        ended = api_keys.revoke(key)
        if ended:
            outbox.write(key.user, "mail/key_ended", name=key.name, hint=key.hint)
    return ended
