"""Replace the subscription of a browser whose push service gave it another one.

The browser's service worker learns that while no page is open, perhaps long after the session's
cookie. It proves itself by the endpoint that it had and by the secret of that: both together are
known to the browser and to this site alone. The subscription keeps all that it rests on, so it
still ends with its log-in or its key, and messages that wait go to the new endpoint.
"""

from __future__ import annotations

from hmac import compare_digest

from django.db import transaction

from accounts import audit, sealing
from accounts.models import PushSubscription
from videos.push import subscriptions
from videos.push.subscriptions import Offered


class NotKnown(Exception):
    """Raised when no subscription has that endpoint and that secret, or it has ended for good."""


@transaction.atomic
def renew(endpoint: str, secret: str, offered: Offered) -> None:
    """Replace the subscription with this endpoint and secret by what the browser has now. Doing it
    again changes nothing. Raises ``EndpointWrong`` or ``NotKnown``."""
    subscriptions.require_good(offered)
    row = _proven(endpoint, secret)
    if row is None:
        if _proven(offered.endpoint, offered.auth) is None:
            raise NotKnown
        return
    name = subscriptions.name_of(offered.endpoint)
    if PushSubscription.objects.filter(endpoint_sha256=name).exclude(pk=row.pk).exists():
        # Somebody subscribed this browser anew meanwhile, perhaps another user.
        PushSubscription.objects.filter(pk=row.pk).delete()
        return
    PushSubscription.objects.filter(pk=row.pk).update(
        endpoint=offered.endpoint,
        endpoint_sha256=name,
        p256dh=offered.p256dh,
        auth=subscriptions.seal(offered.auth),
        expires_at=offered.expires_at,
        failures=0,
    )
    audit.record("push.renewed", row, by=row.user)


def _proven(endpoint: str, secret: str) -> PushSubscription | None:
    """Return the subscription that an endpoint and its secret prove to be one's own, locked."""
    rows = subscriptions.renewable().select_for_update(of=("self",)).select_related("user")
    row = rows.filter(endpoint_sha256=subscriptions.name_of(endpoint)).first()
    if row is None or not subscriptions.is_logged_in(row):
        return None
    try:
        known = subscriptions.secret_of(row)
    except sealing.NotSealedHere:
        return None
    return row if compare_digest(known.encode(), secret.encode()) else None
