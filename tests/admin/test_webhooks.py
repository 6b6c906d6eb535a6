"""Staff look after the webhooks of all users, and see no more of them than of their videos."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import staff
from tests.bad_server import serving
from tests.networks import LOOPBACK
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.tests.receivers import endpoint_at, says, send_all, tell

LIST = reverse("admin:videos_webhookendpoint_changelist")
MESSAGES = reverse("admin:videos_webhookdelivery_changelist")


@pytest.fixture
def endpoint(owner: User, settings: LazySettings) -> Iterator[WebhookEndpoint]:
    settings.WEBHOOK_PRIVATE = LOOPBACK
    with serving() as server:
        server.at("/", says(500, b"Not now"))
        yield endpoint_at(owner, server.url("/?token=hush"))[0]


@pytest.fixture
def desk(moderator: User, client: Client) -> Client:
    client.force_login(moderator)
    return client


def act(desk: Client, where: str, name: str, row: WebhookEndpoint | WebhookDelivery) -> None:
    chosen = {"action": name, "_selected_action": [str(row.pk)], "confirmed": "yes"}
    assert desk.post(where, chosen, follow=True).status_code == 200


def test_a_webhook_is_turned_off_and_on_and_replayed(
    desk: Client, owner: User, endpoint: WebhookEndpoint
) -> None:
    tell(owner)
    send_all()
    page = desk.get(f"{LIST}{endpoint.pk}/change/").content.decode()
    assert "Failing" in page
    assert "hush" not in page
    assert endpoint.secret not in page
    act(desk, LIST, "turn_off", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.disabled_reason == "staff"
    assert str(endpoint) in desk.get(LIST, {"stands": "off"}).content.decode()
    act(desk, LIST, "turn_on", endpoint)
    act(desk, LIST, "replay", endpoint)
    assert WebhookDelivery.objects.filter(kind="replay").count() == 1


def test_a_message_shows_its_answer_and_is_sent_again(
    desk: Client, owner: User, endpoint: WebhookEndpoint
) -> None:
    tell(owner)
    send_all()
    delivery = WebhookDelivery.objects.get()
    assert "Not now" in desk.get(f"{MESSAGES}{delivery.pk}/change/").content.decode()
    act(desk, MESSAGES, "send_again", delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("pending", 0)


def test_who_may_not_see_a_video_sees_no_message_about_it(
    client: Client, owner: User, endpoint: WebhookEndpoint
) -> None:
    tell(owner, payload={"title": "hush-hush", "moderation": "rejected"})
    send_all()
    client.force_login(staff.staff("eye@example.com", "videos.view_webhookdelivery"))
    delivery = WebhookDelivery.objects.get()
    assert "video.ready" not in client.get(MESSAGES).content.decode()
    assert client.get(f"{MESSAGES}{delivery.pk}/change/").status_code == 302


def test_who_may_only_look_changes_nothing(client: Client, endpoint: WebhookEndpoint) -> None:
    client.force_login(staff.staff("eye@example.com", "videos.view_webhookendpoint"))
    act(client, LIST, "turn_off", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.is_on
