"""Verify webhooks that are signed as Standard Webhooks are."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

TOLERANCE_SECONDS = 5 * 60
"""How far a webhook's time may be from this server's clock, as the library has it."""
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_LONGEST_ID = 255
_MOST_SIGNATURES = 20


class Unverified(Exception):
    """Raised when nothing proves who sent a webhook."""


class SignatureMissing(Unverified):
    """Raised when a webhook lacks one of the three headers of its signature."""


class SignatureExpired(Unverified):
    """Raised when a webhook was signed too long ago, or in the future."""


class SignatureInvalid(Unverified):
    """Raised when no secret has made any of a webhook's signatures."""


@dataclass(frozen=True)
class Signed:
    """A webhook's raw body and the headers of its signature, by their names in lower case."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def delivery_id(self) -> str:
        """The id that all copies of the webhook share. It is to be trusted once verified."""
        return self.headers["webhook-id"]


def verify(signed: Signed, secrets: Sequence[str]) -> None:
    """Raise ``SignatureMissing``, ``SignatureExpired`` or ``SignatureInvalid`` unless one of the
    secrets (``whsec_…``) has made one of the signatures within the tolerance."""
    if not all(signed.headers.get(name) for name in _HEADERS):
        raise SignatureMissing
    if not _is_recent(signed.headers["webhook-timestamp"]):
        raise SignatureExpired
    if not _is_sane(signed) or not _made_by_one(signed, secrets):
        raise SignatureInvalid


def _is_recent(timestamp: str) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > len("9999999999"):
        return False
    return abs(time.time() - int(timestamp)) <= TOLERANCE_SECONDS


def _is_sane(signed: Signed) -> bool:
    """Return whether the headers have a form and a length that can be right."""
    given = signed.headers["webhook-signature"].split(" ")
    if len(signed.delivery_id) > _LONGEST_ID or not signed.delivery_id.isprintable():
        return False
    return len(given) <= _MOST_SIGNATURES


def _made_by_one(signed: Signed, secrets: Sequence[str]) -> bool:
    """Return whether one of the secrets has made a signature. All are tried, so that the time it
    takes does not tell which."""
    made = [_made(signed, secret) for secret in secrets]
    return any(made)


def _made(signed: Signed, secret: str) -> bool:
    """Return whether a secret has made a signature. Each one is verified by itself: the library
    gives up at the first malformed one."""
    for signature in signed.headers["webhook-signature"].split(" "):
        headers = {**signed.headers, "webhook-signature": signature}
        try:
            Webhook(secret).verify(signed.body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return True
    return False
