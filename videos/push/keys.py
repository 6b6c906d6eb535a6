"""The keys by which push services know this installation (VAPID, RFC 8292).

They are made when they are needed first, and stay: browsers subscribe for this very key.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction
from py_vapid import Vapid02

from accounts import sealing
from accounts.models import PushKey, PushSubscription

_PURPOSE = "push_key"


class KeyUnreadable(Exception):
    """Raised when the private key was encrypted with a ``SECRET_KEY`` that is no longer set."""


def public() -> str:
    """Return the public key in base64url, as browsers take it."""
    return _row().public


def private() -> Vapid02:
    """Return the pair of keys, to sign with; raises ``KeyUnreadable``."""
    try:
        pem = sealing.unseal(_row().private, _PURPOSE)
    except sealing.NotSealedHere as error:
        raise KeyUnreadable from error
    return Vapid02.from_pem(pem.encode())


def is_readable() -> bool:
    """Return whether the private key can be read, or is still to be made."""
    if not PushKey.objects.exists():
        return True
    try:
        private()
    except KeyUnreadable:
        return False
    return True


def renew() -> int:
    """Make other keys. Browsers subscribed for the ones before, so all subscriptions are deleted;
    return how many."""
    with transaction.atomic():
        PushKey.objects.all().delete()
        _made().save(force_insert=True)
        count = PushSubscription.objects.count()
        PushSubscription.objects.all().delete()
    return count


def _row() -> PushKey:
    row = PushKey.objects.first()
    if row is None:
        # Whoever comes first makes it for all.
        PushKey.objects.bulk_create([_made()], ignore_conflicts=True)
        row = PushKey.objects.get()
    return row


def _made() -> PushKey:
    pair = Vapid02()
    pair.generate_keys()
    point = pair.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return PushKey(
        public=base64.urlsafe_b64encode(point).rstrip(b"=").decode(),
        private=sealing.seal(pair.private_pem().decode(), _PURPOSE),
    )
