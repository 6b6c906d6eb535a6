"""What came of a request to an address says nothing of the one that took its place meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail, User
from tests.bad_server import BadServer
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import claims, endpoints, fan_out, outcomes
from videos.webhooks.engine import deliver
from videos.webhooks.tests.receivers import ROOM, endpoint_at, only, says, send_all, tell

State = WebhookDelivery.State


@pytest.fixture
def server(server: BadServer) -> BadServer:
    server.at("/new", says(204))
    return server


@pytest.fixture
def endpoint(owner: User, server: BadServer) -> WebhookEndpoint:
    return endpoint_at(owner, server.url("/old"))[0]


def move_while_it_answers(endpoint: WebhookEndpoint, server: BadServer) -> None:
    """Send what is due, and give the endpoint another address before the answers are noted."""
    fan_out.read_log()
    answered = [deliver(one) for one in claims.take(ROOM)]
    assert answered
    endpoints.change(endpoint.pk, url=server.url("/new"))
    outcomes.record(answered)
    endpoint.refresh_from_db()


def test_an_old_address_that_is_gone_turns_no_new_one_off(
    endpoint: WebhookEndpoint, owner: User, server: BadServer
) -> None:
    server.at("/old", says(410))
    tell(owner)
    move_while_it_answers(endpoint, server)
    assert endpoint.is_on
    assert (endpoint.last_status, endpoint.failing_since) == (None, None)
    assert not OutgoingMail.objects.exists()
    assert (only().state, only().status) == (State.PENDING, 410)
    send_all()
    assert (only().state, [one.path for one in server.asked]) == (
        State.DELIVERED,
        ["/old", "/new"],
    )


def test_five_days_of_failures_of_an_old_address_turn_no_new_one_off(
    endpoint: WebhookEndpoint, owner: User, server: BadServer
) -> None:
    server.at("/old", says(500))
    long_ago = timezone.now() - timedelta(days=6)
    WebhookEndpoint.objects.update(failing_since=long_ago, last_status=500, last_ms=5000)
    tell(owner)
    move_while_it_answers(endpoint, server)
    assert endpoint.is_on
    assert (endpoint.failing_since, endpoint.last_status, endpoint.last_ms) == (None, None, None)


def test_a_pause_and_slowness_of_an_old_address_do_not_hold_up_a_new_one(
    endpoint: WebhookEndpoint, owner: User, server: BadServer
) -> None:
    server.at("/old", says(503, Retry_After="3600"))
    later = timezone.now() + timedelta(hours=1)
    WebhookEndpoint.objects.update(slow_until=later)
    tell(owner)
    move_while_it_answers(endpoint, server)
    assert (endpoint.paused_until, endpoint.slow_until) == (None, None)
    send_all()
    assert only().state == State.DELIVERED


def test_what_an_old_address_took_is_delivered(
    endpoint: WebhookEndpoint, owner: User, server: BadServer
) -> None:
    server.at("/old", says(204))
    tell(owner)
    move_while_it_answers(endpoint, server)
    assert (only().state, endpoint.last_status) == (State.DELIVERED, None)
    send_all()
    assert len(server.asked) == 1


def test_the_health_stays_when_something_else_changes(
    endpoint: WebhookEndpoint, owner: User, server: BadServer
) -> None:
    server.at("/old", says(500))
    tell(owner)
    send_all()
    endpoints.change(endpoint.pk, url=endpoint.url, description="Mine")
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.last_status) == ("Mine", 500)
    assert endpoint.failing_since is not None
