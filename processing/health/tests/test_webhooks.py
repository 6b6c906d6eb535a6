"""The doctor tells of webhooks that are not sent, or that nobody takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from accounts.models import User
from processing.health.webhooks import webhooks
from tests.networks import LOOPBACK
from videos.events import log
from videos.models import Event, Video, WebhookDelivery, WebhookEndpoint
from videos.webhooks import fan_out


@pytest.fixture
def endpoints(owner: User) -> list[WebhookEndpoint]:
    return [
        WebhookEndpoint.objects.create(owner=owner, url="https://example.org/", starts_after=0)
        for _ in range(4)
    ]


def codes() -> list[str]:
    return [one.code for one in webhooks()]


def test_what_is_sent_and_taken_is_well(endpoints: list[WebhookEndpoint]) -> None:
    endpoints[0].failing_since = timezone.now()
    endpoints[0].save()
    assert [one.detail for one in webhooks()] == ["4 on, of which 1 fail"]


def test_one_that_waits_long_for_its_turn_is_a_fault(endpoints: list[WebhookEndpoint]) -> None:
    long_ago = timezone.now() - timedelta(minutes=6)
    WebhookDelivery.objects.create(
        endpoint=endpoints[0], event="video.ready", body="{}", next_at=long_ago
    )
    assert codes() == ["webhooks_stuck"]
    WebhookEndpoint.objects.update(served_at=timezone.now())
    assert codes() == [""]


def test_events_that_nobody_reads_for_them_are_a_fault(
    endpoints: list[WebhookEndpoint], owner: User
) -> None:
    fan_out.begin_to_listen()
    log.write("video.updated", Video.objects.create(owner=owner), changed=["title"])
    log.sequence()
    assert codes() == [""]
    Event.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert codes() == ["webhooks_unread"]
    assert "for 6 minutes" in webhooks()[0].detail
    fan_out.read_log()
    assert codes() == [""]


def test_nobody_misses_what_is_not_read_while_all_are_off(
    endpoints: list[WebhookEndpoint], owner: User
) -> None:
    fan_out.begin_to_listen()
    log.write("video.updated", Video.objects.create(owner=owner), changed=["title"])
    log.sequence()
    Event.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    WebhookEndpoint.objects.update(disabled_at=timezone.now(), disabled_reason="owner")
    assert codes() == [""]


def test_many_that_fail_are_a_warning(endpoints: list[WebhookEndpoint]) -> None:
    pks = [one.pk for one in endpoints[:3]]
    WebhookEndpoint.objects.filter(pk__in=pks).update(failing_since=timezone.now())
    assert codes() == ["webhooks_failing"]


def test_private_networks_are_a_warning(db: None, settings: LazySettings) -> None:
    settings.WEBHOOK_PRIVATE = LOOPBACK
    assert codes() == ["webhooks_to_private_networks"]
