"""Create, change, rotate, turn off and delete endpoints. Each change by a person is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import audit, outbox
from accounts.models import User
from accounts.scopes import Scope
from config import site_address
from videos.models import WebhookEndpoint
from videos.webhooks import addresses, fan_out, hearing, secrets
from videos.webhooks.wanted import require_known

MOST_OF_ONE = 20
"""The most endpoints that one user may have."""
_TEMPLATE = "mail/webhook_disabled"
Disabled = WebhookEndpoint.Disabled
_UNKNOWN: Mapping[str, Any] = {
    **dict.fromkeys(("failing_since", "paused_until", "slow_until", "last_at", "last_ms")),
    "last_status": None,
    "last_error": "",
}
"""The health of an address that was not asked yet."""


class TooManyWebhooks(Exception):
    """Raised when a user has as many endpoints as they may have."""


class EverybodysRefused(Exception):
    """Raised when a user who may not see everybody's videos wants to hear of them."""


class OffByStaff(Exception):
    """Raised when an owner turns on what staff turned off."""


def of(user: User) -> QuerySet[WebhookEndpoint]:
    """Return a user's own endpoints. Those for everybody's videos are there only for a credential
    whose scopes let it use the powers of staff."""
    own = _all_of(user)
    return own if Scope.ADMIN in user.scopes else own.filter(all_videos=False)


@transaction.atomic
def create(
    owner: User,
    url: str,
    *,
    description: str = "",
    events: list[str] | None = None,
    all_videos: bool = False,
) -> tuple[WebhookEndpoint, str]:
    """Create an endpoint, which hears of what happens from now on; return it and its secret, which
    cannot be retrieved later.

    Raises ``UrlRefused``, ``UnknownEvent``, ``TooManyWebhooks`` or ``EverybodysRefused``.
    """
    _require(owner, url=url, events=events or [], all_videos=all_videos)
    list(User.objects.select_for_update(no_key=True, of=("self",)).filter(pk=owner.pk))
    if _all_of(owner).count() >= MOST_OF_ONE:
        raise TooManyWebhooks
    secret = secrets.new()
    endpoint = WebhookEndpoint.objects.create(
        owner=owner,
        url=url,
        description=description,
        events=events or [],
        all_videos=all_videos,
        secret=secrets.seal(secret),
        starts_after=fan_out.begin_to_listen(),
    )
    audit.record("webhook.created", endpoint, details={"events": endpoint.events})
    return endpoint, secret


@transaction.atomic
def change(endpoint_id: UUID, *, by: User | None = None, **values: Any) -> None:
    """Change the address, description, events or ``all_videos`` of an endpoint, or turn it on or
    off by ``enabled``. A new address begins with an unknown health. Its owner must have the rights
    for that; ``by`` is the owner with the scopes of a request. Raises
    ``WebhookEndpoint.DoesNotExist``, ``OffByStaff`` and what ``create`` does."""
    enabled = values.pop("enabled", None)
    endpoint = locked(endpoint_id)
    changed = {name: new for name, new in values.items() if getattr(endpoint, name) != new}
    _require(by or endpoint.owner, **changed)
    if changed:
        health = _UNKNOWN if "url" in changed else {}
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changed, **health)
        audit.record("webhook.updated", endpoint, details={"changed": sorted(changed)})
    if enabled and endpoint.disabled_reason == Disabled.STAFF:
        raise OffByStaff
    if enabled is not None and enabled != endpoint.is_on:
        _turn_on(endpoint) if enabled else _turn_off(endpoint, Disabled.OWNER)


@transaction.atomic
def rotate(endpoint_id: UUID) -> str:
    """Give an endpoint a new secret and return it. The one before signs too for a day."""
    endpoint = locked(endpoint_id)
    secret = secrets.new()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        secret=secrets.seal(secret),
        previous_secret=endpoint.secret if secrets.is_readable(endpoint) else "",
        previous_until=timezone.now() + secrets.BOTH_SIGN_FOR,
    )
    audit.record("webhook.rotated", endpoint)
    return secret


@transaction.atomic
def delete(endpoint_id: UUID) -> None:
    """Delete an endpoint. Nothing is sent to it any more when the transaction has ended; its
    deliveries are swept later."""
    endpoint = locked(endpoint_id)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        deleted_at=Now(), secret="", previous_secret="", previous_until=None
    )
    audit.record("webhook.deleted", endpoint)


@transaction.atomic
def turn_off_by_staff(endpoint_id: UUID) -> None:
    """Turn another user's endpoint off."""
    endpoint = locked(endpoint_id)
    if endpoint.is_on:
        _turn_off(endpoint, Disabled.STAFF)


@transaction.atomic
def turn_on(endpoint_id: UUID) -> None:
    """Turn an endpoint on; it hears of what happens from now on."""
    endpoint = locked(endpoint_id)
    if not endpoint.is_on:
        _turn_on(endpoint)


def give_up(endpoint: WebhookEndpoint, why: Disabled) -> None:
    """Turn an endpoint off because of its answers, and tell its owner by mail."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(disabled_at=Now(), disabled_reason=why)
    audit.record("webhook.disabled", endpoint, details={"reason": why})
    outbox.write(
        endpoint.owner,
        _TEMPLATE,
        url=shown(endpoint),
        is_gone=why == Disabled.GONE,
        link=site_address.page("account_webhook", endpoint.pk),
    )


def locked(endpoint_id: UUID) -> WebhookEndpoint:
    """Return an endpoint, its row locked against senders too; raise ``DoesNotExist``."""
    rows = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("owner")
    return rows.get(pk=endpoint_id, deleted_at=None)


def shown(endpoint: WebhookEndpoint) -> str:
    """Return an endpoint's URL without its parameters, which may hold a secret."""
    return endpoint.url.partition("?")[0]


def _all_of(user: User) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(owner=user, deleted_at=None)


def _turn_on(endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        disabled_at=None,
        disabled_reason="",
        failing_since=None,
        paused_until=None,
        starts_after=fan_out.begin_to_listen(),
    )
    audit.record("webhook.enabled", endpoint)


def _turn_off(endpoint: WebhookEndpoint, why: Disabled) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(disabled_at=Now(), disabled_reason=why)
    audit.record("webhook.disabled", endpoint, details={"reason": why})


def _require(owner: User, **values: Any) -> None:
    wanted: Mapping[str, Any] = values
    if "url" in wanted:
        addresses.require_allowed(wanted["url"])
    require_known(wanted.get("events", []))
    if wanted.get("all_videos") and not hearing.may_hear_everybody(owner):
        raise EverybodysRefused
