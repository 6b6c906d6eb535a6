"""Hand one message to the push service of a browser (RFC 8030, 8188, 8291, 8292).

The address comes from the browser, so it is as little trusted as that of an import.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from django.conf import settings
from py_vapid import Vapid02
from pywebpush import WebPusher

from accounts.models import PushSubscription
from config import site_address
from videos.fetching import client, urls
from videos.fetching.watch import Watch
from videos.push import subscriptions

SECONDS = 10.0
"""How long one message may take."""

_GONE = (404, 410)
_TOO_MANY = 429
_TOKEN_SECONDS = 12 * 3600
_LONGEST_WAIT_SECONDS = 6 * 3600


@dataclass(frozen=True)
class Answer:
    """What a push service answered, and in how many seconds it wants to be asked again."""

    status: int
    wait_seconds: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the service took the message."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the browser no longer has the subscription."""
        return self.status in _GONE

    @property
    def may_pass(self) -> bool:
        """Whether the service may take the message later."""
        return self.status == _TOO_MANY or self.status >= 500


def send(
    subscription: PushSubscription, payload: Mapping[str, Any], key: Vapid02, *, ttl: int
) -> Answer:
    """Encrypt a message and hand it over, to be kept for ``ttl`` seconds.

    Raises ``FetchFailed`` or ``sealing.NotSealedHere``.
    """
    body = _encrypted(subscription, payload)
    headers = {
        **key.sign(_claims(subscription.endpoint)),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(ttl),
        "Urgency": "normal",
    }
    with (
        Watch(lambda: None, seconds=SECONDS, silence=SECONDS) as watch,
        client.post(subscription.endpoint, body, headers, watch) as answer,
    ):
        return Answer(answer.status_code, _seconds_in(answer.headers.get("Retry-After", "")))


def _encrypted(subscription: PushSubscription, payload: Mapping[str, Any]) -> bytes:
    keys = {"p256dh": subscription.p256dh, "auth": subscriptions.secret_of(subscription)}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    encoded = pusher.encode(json.dumps(payload, ensure_ascii=False).encode())
    return bytes(encoded["body"])


def _claims(endpoint: str) -> dict[str, Any]:
    scheme, host, port = urls.origin_of(endpoint)
    host = f"[{host}]" if ":" in host else host
    origin = f"{scheme}://{host}" + (f":{port}" if port else "")
    return {"aud": origin, "exp": int(time.time()) + _TOKEN_SECONDS, "sub": _contact()}


def _contact() -> str:
    """Return whom a push service can write to about this installation."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if address.endswith("@localhost"):
        return site_address.origin()
    return f"mailto:{address}"


def _seconds_in(text: str) -> int | None:
    """Return the seconds of a Retry-After header, at most six hours; None if it names none."""
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), _LONGEST_WAIT_SECONDS)
    try:
        seconds = parsedate_to_datetime(text).timestamp() - time.time()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0, int(seconds)), _LONGEST_WAIT_SECONDS)
