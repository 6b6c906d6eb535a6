"""Whose messages are sent when there are more than are sent at a time."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import claims, fan_out, outcomes, retries
from videos.webhooks.outcomes import Outcome
from videos.webhooks.room import OF_ENDPOINT, OF_OWNER, Room, left
from videos.webhooks.sending import Parcel
from videos.webhooks.tests.receivers import ROOM, endpoint_at, tell, tell_all

URL = "http://127.0.0.1:9/"


def taken(parcel: Parcel, milliseconds: int = 5) -> Outcome:
    return Outcome(parcel, retries.Answer(204, "", "", milliseconds, {}))


def test_slow_endpoints_that_wait_take_no_turn_from_quick_ones(
    owner: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_ENDPOINTS", 2)
    for _ in range(3):
        endpoint_at(owner, URL)
    WebhookEndpoint.objects.update(slow_until=timezone.now() + timedelta(minutes=1))
    quick, _ = endpoint_at(stranger, URL)
    WebhookEndpoint.objects.filter(pk=quick.pk).update(served_at=timezone.now())
    tell(owner)
    tell(stranger)
    fan_out.read_log()
    assert [one.endpoint for one in claims.take(Room(32, 0, {}))] == [quick.pk]
    assert len(claims.take(Room(32, 2, {}))) == 2


def test_one_message_at_a_time_goes_to_a_webhook_that_never_answered(owner: User) -> None:
    endpoint_at(owner, URL)
    tell_all([owner] * 20)
    fan_out.read_log()
    (first,) = claims.take(ROOM)
    assert not claims.take(ROOM)
    outcomes.record([taken(first)])
    assert len(claims.take(ROOM)) == OF_ENDPOINT


def test_webhooks_of_one_owner_leave_room_to_others(
    owner: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many the owner has, and though they waited longest."""
    monkeypatch.setattr(claims, "_ENDPOINTS", 3)
    for _ in range(6):
        endpoint_at(owner, URL)
    other, _ = endpoint_at(stranger, URL)
    long_ago = timezone.now() - timedelta(hours=1)
    WebhookEndpoint.objects.filter(owner=owner).update(last_at=long_ago, served_at=long_ago)
    WebhookEndpoint.objects.filter(pk=other.pk).update(served_at=timezone.now())
    tell_all([owner] * 20 + [stranger])
    fan_out.read_log()
    taken = claims.take(Room(1000, 500, {}))
    assert [one.owner for one in taken] == [owner.pk] * OF_OWNER
    way = [(time.monotonic(), one) for one in taken]
    assert [one.owner for one in claims.take(left(1000, way))] == [stranger.pk]


def test_a_webhook_that_was_slow_is_not_trusted_after_one_quick_answer(owner: User) -> None:
    endpoint, _ = endpoint_at(owner, URL)
    tell_all([owner] * 20)
    fan_out.read_log()
    for milliseconds in (15_000, 5):
        (parcel,) = claims.take(ROOM)
        outcomes.record([taken(parcel, milliseconds)])
    (parcel,) = claims.take(ROOM)
    assert parcel.is_slow
    WebhookEndpoint.objects.update(slow_until=timezone.now())
    WebhookDelivery.objects.filter(pk=parcel.delivery).update(claimed_at=timezone.now())
    assert len(claims.take(ROOM)) == OF_ENDPOINT - 1
    endpoint.refresh_from_db()
    assert endpoint.last_ms == 5


def test_slow_messages_leave_half_of_the_room(owner: User) -> None:
    """From the moment they are begun, and others once they take long."""
    endpoint_at(owner, URL)
    tell(owner)
    fan_out.read_log()
    (parcel,) = claims.take(ROOM)
    now, long_ago = time.monotonic(), time.monotonic() - 3
    slow = replace(parcel, is_slow=True)
    found = left(10, [(now, parcel), (now, slow), (long_ago, parcel)])
    assert (found.all, found.slow, found.of_owners) == (7, 3, {owner.pk: 3})


def test_the_log_is_read_in_steps_of_so_many_deliveries(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that reading for many webhooks does not keep what is due from being sent."""
    monkeypatch.setattr(fan_out, "_ENOUGH", 4)
    for _ in range(3):
        endpoint_at(owner, "http://127.0.0.1:9/")
    for _ in range(5):
        tell(owner)
    counts = []
    while fan_out.read_log():
        counts.append(WebhookDelivery.objects.count())
    assert counts == [6, 12, 15]
