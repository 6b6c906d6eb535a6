"""Issue, recognise and revoke API keys.

A key is ``vl_`` and 256 random bits. A plain SHA-256 of that cannot be reversed by guessing, and
one indexed look-up finds it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import audit, key_addresses, scopes, signals
from accounts.models import ApiKey, User
from accounts.models.api_key import all_scopes

PREFIX = "vl_"
MOST_OF_ONE = 100
"""The most keys that a user may have, including revoked ones that were made within the last day."""
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TooManyKeys(Exception):
    """Raised when a user has as many keys as one may have."""

    most = MOST_OF_ONE


class KeyExceeds(Exception):
    """Raised when a key would be able to do more, or live longer, than the key that makes it:
    ``member`` names what exceeds."""

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member


class WrongPlace(Exception):
    """Raised when a key is used from an address that it does not allow."""


@dataclass(frozen=True)
class Terms:
    """What a new key may do (``scopes``), until when, and from where (empty: everywhere)."""

    scopes: list[str] = field(default_factory=all_scopes)
    expires_at: datetime | None = None
    addresses: list[str] = field(default_factory=list)


def issue(
    user: User, *, name: str, terms: Terms | None = None, by: User | ApiKey | None = None
) -> tuple[ApiKey, str]:
    """Create a key and return its row and its secret, which cannot be retrieved later. Raises
    ``BadAddressList``.

    ``by`` is who learns the secret if that is not the user: somebody else, or whoever holds a key.
    """
    terms = terms or Terms()
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            user=user,
            issued_by_id=by.issued_by_id if isinstance(by, ApiKey) else (by or user).pk,
            name=name,
            hint=secret[:9],
            digest=_digest(secret),
            scopes=scopes.in_order(terms.scopes),
            expires_at=terms.expires_at,
            addresses=key_addresses.normal(terms.addresses),
        )
        audit.record("api_key.created", key, details={"of": user.email, **_told(key)})
        if key.issued_by_id != user.pk:
            signals.tell(user.pk)  # the user may have become more in the meantime
    return key, secret


def make(user: User, *, name: str, terms: Terms, by: ApiKey | None = None) -> tuple[ApiKey, str]:
    """Create a key like ``issue``, for a user who asks for it. Raises ``TooManyKeys``."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)  # one creation at a time
        _require_room(user)
        return issue(user, name=name, terms=terms, by=by)


def require_within(terms: Terms, maker: ApiKey) -> None:
    """Raise ``KeyExceeds`` if a key on these terms could do more than the key that makes it: have
    other scopes, live longer, or be used from other addresses."""
    if not set(terms.scopes) <= set(maker.scopes):
        raise KeyExceeds("scopes")
    if maker.expires_at and (terms.expires_at is None or terms.expires_at > maker.expires_at):
        raise KeyExceeds("expires_at")
    if not key_addresses.within(terms.addresses, maker.addresses):
        raise KeyExceeds("addresses")


def _require_room(user: User) -> None:
    made_today = Q(created_at__gt=Now() - timedelta(days=1))
    counted = ApiKey.objects.filter(Q(revoked_at=None) | made_today, user=user)
    if counted.count() >= MOST_OF_ONE:
        raise TooManyKeys


def find(secret: str, address: str | None) -> ApiKey | None:
    """Return the valid key with this secret, used from an address, and note its use; None if there
    is none. Raises ``WrongPlace``. The scopes of its user are those of the key."""
    if not secret.startswith(PREFIX):
        return None
    key = _used(_valid().filter(digest=_digest(secret)).first(), address)
    if key is not None:
        _note_use(key, key_addresses.plain(address))
    return key


def live(key_id: UUID, address: str | None) -> ApiKey | None:
    """Return the valid key with this id, used from an address, else None. Raises ``WrongPlace``.
    The scopes of its user are those of the key."""
    return _used(_valid().filter(pk=key_id).first(), address)


def live_among(key_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the keys that ``live`` finds, in one query."""
    return set(_valid().filter(pk__in=key_ids).values_list("pk", flat=True))


def revoke(key: ApiKey) -> bool:
    """Revoke a key at once; return False if it was revoked already."""
    with transaction.atomic():
        standing = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
        if not standing.update(revoked_at=Now()):
            return False
        audit.record("api_key.revoked", key, details={"of": key.user.email})
        signals.tell(key.user_id)
    return True


def _valid() -> QuerySet[ApiKey]:
    """Return the keys that are not revoked and not expired and whose users are active."""
    lives = Q(expires_at=None) | Q(expires_at__gt=Now())
    keys = ApiKey.objects.select_related("user")
    return keys.filter(lives, revoked_at=None, user__is_active=True)


def _used(key: ApiKey | None, address: str | None) -> ApiKey | None:
    """Give the user of a key its scopes. Raises ``WrongPlace``."""
    if key is None:
        return None
    if not key_addresses.allow(key.addresses, address):
        raise WrongPlace
    key.user.scopes = frozenset(key.scopes)
    return key


def _note_use(key: ApiKey, address: str | None) -> None:
    seen = key.last_used_at
    if seen is None or timezone.now() - seen > _USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=Now(), last_used_from=address)


def _told(key: ApiKey) -> dict[str, object]:
    until = key.expires_at.isoformat() if key.expires_at else None
    return {"scopes": key.scopes, "expires_at": until, "addresses": key.addresses}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
