"""The rows of an account that has been used for a while: keys, browsers, second factors, and
webhooks in every state with a log of messages."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts import api_keys
from accounts.api_keys import Terms
from accounts.models import ApiKey, PushSubscription, User
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.notifications import unsubscribing
from videos.webhooks import endpoints

_BROWSER = "https://push.example.com/this-browser"
_AGENTS = {
    _BROWSER: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
    "https://push.example.com/phone": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0",
}
_BODY = '{"type":"video.ready","timestamp":"2026-03-01T09:30:00Z","data":{"title":"By the sea"}}'
_HEADERS = {
    "Content-Type": "application/json",
    "webhook-id": "msg_01a22052390a71598ac21d5676fa30ef",
    "webhook-timestamp": "1772357400",
    "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
}
_PLACE = "vod.example.org"
_REFUSED, _TIMEOUT = "webhook_refused", "webhook_timeout"
_LONG = "https://hooks.example.org/" + "a-path-without-an-end/" * 5


def furnish(user: User) -> dict[str, str]:
    """Give a user keys, browsers and webhooks; return the ids of webhooks, and the secrets of the
    links in mails, by name."""
    _give_keys(user)
    _give_browsers(user)
    shop = _webhook(user, "https://hooks.example.org/shop", "The shop", ["video.*", "job.failed"])
    _fill_log(shop)
    failing = _webhook(user, _LONG, "", [])
    _note(failing, failing_since=_ago(hours=7), last_error="webhook_unreachable", last_status=None)
    off = _webhook(user, "https://hooks.example.org/old", "An old server", ["video.ready"])
    _note(off, disabled_at=_ago(days=2), disabled_reason="failing", last_error=_TIMEOUT)
    staff = _webhook(user, "https://hooks.example.org/loud", "Too loud", [])
    _note(staff, disabled_at=_ago(days=1), disabled_reason="staff", last_status=200)
    return {"shop": str(shop.pk), "failing": str(failing.pk), "off": str(off.pk), **_links(user)}


def _links(user: User) -> dict[str, str]:
    """Return the secrets of links; a password is reset of somebody who has not logged in since."""
    address = EmailAddress.objects.get(user=user, verified=False)
    away = User.objects.get(email="away@example.com")
    number, token = user_pk_to_url_str(away), EmailAwarePasswordResetTokenGenerator()
    return {
        "confirmation": EmailConfirmationHMAC(address).key,
        "reset": f"{number}-{token.make_token(away)}",
        "unsubscribe": unsubscribing.token(away.pk, ["ready", "failed"]),
    }


def give_factors(user: User, secret: str) -> None:
    """Give a user an authenticator app with a secret, recovery codes and two passkeys."""
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    for name, alone in (("The phone", True), ("A security key with a rather long name", False)):
        data = {"name": name, "credential": _credential(name.encode(), alone=alone)}
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def _credential(name: bytes, *, alone: bool) -> dict[str, Any]:
    """Return what a browser tells of a new passkey; with ``alone`` it needs no password."""
    private = ec.generate_private_key(ec.SECP256R1())
    public = ES256.from_cryptography_key(private.public_key())  # type: ignore[no-untyped-call]
    data = AuthenticatorData.create(
        hashlib.sha256(_PLACE.encode()).digest(),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT,
        0,
        AttestedCredentialData.create(Aaguid.NONE, name, public),
    )
    client = CollectedClientData.create("webauthn.create", b"once", f"https://{_PLACE}")
    return {
        "type": "public-key",
        "id": websafe_encode(name),
        "rawId": websafe_encode(name),
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": alone}},
    }


def _give_keys(user: User) -> None:
    places = ["192.0.2.7", "2001:db8::/48"]
    for name, terms in {
        "Nightly export": Terms(["read"], _ago(days=-90), places),
        "A script that nobody knows any more, but that once copied all films": Terms(
            ["read", "upload", "write"], _ago(days=-1), []
        ),
    }.items():
        api_keys.make(user, name=name, terms=terms)
    old = ApiKey.objects.filter(user=user, name__startswith="A script")
    old.update(expires_at=_ago(days=3), last_used_at=_ago(days=200), last_used_from="192.0.2.7")


def _give_browsers(user: User) -> None:
    for endpoint, agent in _AGENTS.items():
        PushSubscription.objects.create(
            user=user,
            endpoint=endpoint,
            endpoint_sha256=hashlib.sha256(endpoint.encode()).hexdigest(),
            user_agent=agent,
            last_used_at=_ago(hours=3) if endpoint == _BROWSER else None,
        )


def _webhook(user: User, url: str, words: str, events: list[str]) -> WebhookEndpoint:
    endpoint, _ = endpoints.create(user, url, description=words, events=events)
    return endpoint


def _note(endpoint: WebhookEndpoint, **values: Any) -> None:
    told = {"last_at": _ago(minutes=4), "last_ms": 84, **values}
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**told)


def _fill_log(endpoint: WebhookEndpoint) -> None:
    _note(endpoint, last_status=200)
    tried = {"at": _moment(minutes=9), "status": 503, "duration_ms": 31, "error": _REFUSED}
    lost = {"at": _moment(minutes=8), "status": None, "duration_ms": 15_000, "error": _TIMEOUT}
    sent: dict[str, Any] = {"request_headers": _HEADERS, "duration_ms": 84}
    later = {"next_at": _ago(days=-1)}
    for event, state, more in (
        ("video.ready", "delivered", {**sent, "status": 200, "answer": "Thank you."}),
        ("video.rendition.ready", "delivered", {**sent, "status": 204, "kind": "replay"}),
        ("video.processing.started", "dropped", {}),
        (
            "video.failed",
            "failed",
            {**sent, "error": _TIMEOUT, "attempts": [lost, tried], "tries": 2},
        ),
        (
            "video.updated",
            "pending",
            {**sent, **later, "status": 503, "answer": "<h1>503</h1>", "attempts": [tried]},
        ),
    ):
        WebhookDelivery.objects.create(
            endpoint=endpoint, event=event, state=state, body=_BODY, **more
        )


def _ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def _moment(**span: float) -> str:
    return _ago(**span).astimezone(UTC).isoformat()
