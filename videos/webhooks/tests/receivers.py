"""Receivers of webhooks, and the sending of all that is due here and now."""

from __future__ import annotations

from typing import Any

from standardwebhooks import Webhook

from accounts.models import User
from tests.bad_server import Answer, Asked, Wire
from videos.events import log
from videos.models import Event, WebhookDelivery, WebhookEndpoint
from videos.webhooks import claims, endpoints, fan_out, outcomes
from videos.webhooks.engine import deliver
from videos.webhooks.room import Room

ROOM = Room(32, 32, {})


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Answer every request so."""

    def answer(asked: Asked, wire: Wire) -> None:
        wire.answer(status, body, **headers)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """Give each answer once, and the last one for ever."""
    left = list(answers)

    def answer(asked: Asked, wire: Wire) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(asked, wire)

    return answer


def endpoint_at(owner: User, url: str, **values: Any) -> tuple[WebhookEndpoint, str]:
    """An endpoint of an owner, and its secret."""
    return endpoints.create(owner, url, **values)


def tell(owner: User, kind: str = "video.ready", **values: Any) -> Event:
    """An event that has its position."""
    payload = {"moderation": "approved", **values.pop("payload", {})}
    event = Event.objects.create(type=kind, owner=owner, payload=payload, **values)
    log.sequence()
    event.refresh_from_db()
    return event


def tell_all(owners: list[User]) -> None:
    """An event of each, with its position."""
    Event.objects.bulk_create(Event(type="video.ready", owner=owner) for owner in owners)
    log.sequence()


def send_due() -> int:
    """Read the log and send what is due, one after another; return how many were sent."""
    while fan_out.read_log():
        pass
    parcels = claims.take(ROOM)
    if parcels:
        outcomes.record([deliver(one) for one in parcels])
    return len(parcels)


def send_all() -> None:
    """Send until nothing is due."""
    while send_due():
        pass


def only() -> WebhookDelivery:
    """The one delivery that there is."""
    return WebhookDelivery.objects.select_related("endpoint").get()


def verified(asked: Asked, secret: str) -> Any:
    """What a receiver reads that checks the signature; raises if it is wrong."""
    return Webhook(secret).verify(asked.body, dict(asked.headers))
