"""The secrets that endpoints share with their receivers. They are sealed in the database."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts import sealing
from videos.models import WebhookEndpoint

PREFIX = "whsec_"
BOTH_SIGN_FOR = timedelta(hours=24)
"""How long the secret before signs too, after a rotation."""
_BYTES = 32
_PURPOSE = "webhook"


class SecretUnreadable(Exception):
    """Raised when an endpoint's secret was sealed with a ``SECRET_KEY`` that is no longer set."""


def new() -> str:
    """Return a new secret."""
    return PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()


def seal(secret: str) -> str:
    """Return the secret as it is stored."""
    return sealing.seal(secret, _PURPOSE)


def valid(endpoint: WebhookEndpoint) -> Sequence[str]:
    """Return the secrets that sign now, the present one first; raise ``SecretUnreadable``."""
    found = [_unsealed(endpoint.secret)]
    until = endpoint.previous_until
    if endpoint.previous_secret and until is not None and timezone.now() < until:
        found.append(_unsealed(endpoint.previous_secret))
    return found


def is_readable(endpoint: WebhookEndpoint) -> bool:
    """Whether the endpoint's present secret can be read."""
    try:
        _unsealed(endpoint.secret)
    except SecretUnreadable:
        return False
    return True


def _unsealed(secret: str) -> str:
    try:
        return sealing.unseal(secret, _PURPOSE)
    except sealing.NotSealedHere as error:
        raise SecretUnreadable from error
