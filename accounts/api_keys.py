"""Issue, recognise and revoke API keys.

A key is ``vl_`` and 256 random bits. A plain SHA-256 of that cannot be reversed by guessing, and
one indexed look-up finds it.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts import signals
from accounts.models import ApiKey, User

PREFIX = "vl_"
MOST_OF_ONE = 100
"""The most keys that a user may have, including revoked ones that were made within the last day."""
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def issue(user: User, *, name: str) -> tuple[ApiKey, str]:
    """Create a key and return its row and its secret, which cannot be retrieved later."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(user=user, name=name, hint=secret[:9], digest=_digest(secret))
    return key, secret


def may_have_another(user: User) -> bool:
    """Whether the user may create one more key on the account page."""
    made_today = Q(created_at__gt=Now() - timedelta(days=1))
    counted = ApiKey.objects.filter(Q(revoked_at=None) | made_today, user=user)
    return counted.count() < MOST_OF_ONE


def find(secret: str) -> ApiKey | None:
    """Return the unrevoked key with this secret if its user is active, else None; record its
    use."""
    if not secret.startswith(PREFIX):
        return None
    keys = ApiKey.objects.select_related("user")
    key = keys.filter(digest=_digest(secret), revoked_at__isnull=True, user__is_active=True).first()
    if key is not None:
        _note_use(key)
    return key


def live(key_id: UUID) -> ApiKey | None:
    """Return the key with this id if it is not revoked and its user is active, else None."""
    keys = ApiKey.objects.select_related("user")
    return keys.filter(pk=key_id, revoked_at__isnull=True, user__is_active=True).first()


def live_among(key_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the keys that ``live`` finds, in one query."""
    keys = ApiKey.objects.filter(pk__in=key_ids, revoked_at__isnull=True, user__is_active=True)
    return set(keys.values_list("pk", flat=True))


def revoke(key: ApiKey) -> None:
    """Revoke a key at once; revoking it again changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=Now()):
        signals.tell(key.user_id)


def _note_use(key: ApiKey) -> None:
    seen = key.last_used_at
    if seen is None or timezone.now() - seen > _USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=Now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
