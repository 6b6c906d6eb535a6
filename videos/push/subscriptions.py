"""The browsers that users allowed to show messages.

A subscription ends with what it was made by: a browser's when it logs out or its user's password
changes, a program's when its key is revoked or expires, and all when the user is deactivated. One
that its push service ended is kept for a while, since the browser may say what replaces it
(``renewal``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts import audit, sealing
from accounts.models import ApiKey, PushSubscription, User
from videos.fetching import addresses, urls

MOST_OF_ONE = 20
"""The most subscriptions of a user."""
RENEWABLE = timedelta(days=30)
"""For how long one that its push service ended can be renewed."""

_PURPOSE = "push_subscription"
_SESSION = "push"
_LONGEST_AGENT = 300
_POINT_BYTES, _SECRET_BYTES = 65, 16


class EndpointWrong(ValueError):
    """Raised for an endpoint or keys that cannot be those of a browser; ``member`` is the wrong
    one."""

    def __init__(self, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member
        self.message = message


class TooMany(Exception):
    """Raised when a user has as many subscriptions as may be."""


@dataclass(frozen=True)
class Offered:
    """What a browser's ``PushSubscription`` holds; the keys are in base64url."""

    endpoint: str
    p256dh: str
    auth: str
    expires_at: datetime | None = None
    user_agent: str = ""


def live() -> QuerySet[PushSubscription]:
    """Return the subscriptions that messages may go to, as far as the database knows: see
    ``is_logged_in``."""
    return _not_expired_since(Now())


def renewable() -> QuerySet[PushSubscription]:
    """Return those that are ``live``, or would be if their push service had not ended them."""
    return _not_expired_since(Now() - RENEWABLE)


def of(user: User) -> QuerySet[PushSubscription]:
    """Return the subscriptions of a user, the newest first."""
    return live().filter(user=user).order_by("-id")


def subscribe(
    user: User, offered: Offered, *, key: ApiKey | None = None, session: SessionBase | None = None
) -> PushSubscription:
    """Keep the subscription of a browser, which replaces what was kept of the same browser.

    One that is made without a key ends with ``session``. Raises ``EndpointWrong``
    or ``TooMany``.
    """
    require_good(offered)
    name = name_of(offered.endpoint)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        PushSubscription.objects.filter(endpoint_sha256=name).delete()
        if of(user).count() >= MOST_OF_ONE:
            raise TooMany
        made = PushSubscription.objects.create(
            user=user,
            key=key,
            endpoint=offered.endpoint,
            endpoint_sha256=name,
            p256dh=offered.p256dh,
            auth=seal(offered.auth),
            login="" if key else login_of(user),
            user_agent=offered.user_agent[:_LONGEST_AGENT],
            expires_at=offered.expires_at,
        )
        audit.record("push.subscribed", made)
    if session is not None and key is None:
        session[_SESSION] = [*session.get(_SESSION, ()), str(made.pk)]
    return made


def unsubscribe(subscription: PushSubscription) -> None:
    """Delete a subscription, and the messages that wait for it."""
    with transaction.atomic():
        audit.record("push.unsubscribed", subscription)
        PushSubscription.objects.filter(pk=subscription.pk).delete()


def forget_session(session: Mapping[str, Any] | SessionBase) -> None:
    """Delete the subscriptions that were made in a session."""
    PushSubscription.objects.filter(pk__in=_made_in(session)).delete()


def renew_login(request: HttpRequest, user: User) -> None:
    """Keep the subscriptions of this session, whose user has changed the password in it."""
    PushSubscription.objects.filter(pk__in=_made_in(request.session), user=user).update(
        login=login_of(user)
    )


def is_logged_in(subscription: PushSubscription) -> bool:
    """Whether the password is still the one with which the browser was logged in."""
    if not subscription.login:
        return True
    return subscription.login in _logins(subscription.user)


def secret_of(subscription: PushSubscription) -> str:
    """Return the browser's secret; raises ``sealing.NotSealedHere``."""
    return sealing.unseal(subscription.auth, _PURPOSE)


def name_of(endpoint: str) -> str:
    """Return the hash by which an endpoint is found."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def seal(secret: str) -> str:
    """Return a browser's secret as it is kept."""
    return sealing.seal(secret, _PURPOSE)


def login_of(user: User) -> str:
    """Return what stands for the password with which a user is logged in."""
    return _short(user.get_session_auth_hash())


def require_good(offered: Offered) -> None:
    """Raise ``EndpointWrong`` unless the endpoint may be asked and the keys are keys."""
    _require_endpoint(offered.endpoint)
    point = _decoded(offered.p256dh)
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError as error:
        raise _no_key("p256dh") from error
    if len(point) != _POINT_BYTES:
        raise _no_key("p256dh")
    if len(_decoded(offered.auth)) != _SECRET_BYTES:
        raise _no_key("auth")


def _not_expired_since(moment: Any) -> QuerySet[PushSubscription]:
    stands = Q(expires_at=None) | Q(expires_at__gt=moment)
    key_stands = Q(key__expires_at=None) | Q(key__expires_at__gt=Now())
    return PushSubscription.objects.filter(
        stands, key_stands, user__is_active=True, key__revoked_at=None
    )


def _require_endpoint(url: str) -> None:
    try:
        urls.require_fetchable(url, settings.FETCH_PRIVATE)
    except urls.UrlWrong as error:
        raise EndpointWrong("endpoint", error.message) from error
    if not url.startswith("https://") and not _is_private(url):
        message = "The endpoint of a push service is an https:// URL."
        raise EndpointWrong("endpoint", message)
    if "@" in url.partition("://")[2].partition("/")[0]:
        message = "The endpoint of a push service names no user."
        raise EndpointWrong("endpoint", message)


def _is_private(url: str) -> bool:
    """Whether a URL names an address that the operator allowed, by its number."""
    address = addresses.literal(urls.origin_of(url)[1])
    return address is not None and any(address in one for one in settings.FETCH_PRIVATE)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _no_key(member: str) -> EndpointWrong:
    return EndpointWrong(member, "This is not what a browser's subscription has there.")


def _made_in(session: Mapping[str, Any] | SessionBase) -> Iterable[UUID]:
    return [UUID(one) for one in session.get(_SESSION, ())]


def _logins(user: User) -> set[str]:
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return {_short(one) for one in hashes}


def _short(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()
