"""Staff look after the webhooks of all users, and see no more of them than of their videos."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests import staff
from tests.bad_server import serving
from tests.networks import LOOPBACK
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks.tests.receivers import endpoint_at, says, send_all, tell

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


def test_what_may_not_be_sent_says_which_setting_allows_it(
    desk: Client, owner: User, endpoint: WebhookEndpoint, settings: LazySettings
) -> None:
    settings.WEBHOOK_PRIVATE = ()
    tell(owner)
    send_all()
    for path in (f"{LIST}{endpoint.pk}", f"{MESSAGES}{WebhookDelivery.objects.get().pk}"):
        page = desk.get(f"{path}/change/").content.decode()
        assert "<code>webhook_forbidden_address</code>" in page
        assert "can allow private addresses with VODLOOM_WEBHOOK_PRIVATE" in page


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


def stand(owner: User, **values: Any) -> WebhookEndpoint:
    """A webhook in some state, with a message that is due and one that is not."""
    made = WebhookEndpoint.objects.create(
        owner=owner, url="https://example.org/", starts_after=0, **values
    )
    for minutes in (-1, 60):
        WebhookDelivery.objects.create(
            endpoint=made, event="video.ready", next_at=timezone.now() + timedelta(minutes=minutes)
        )
    return made


def figures(page: str) -> dict[str, str]:
    """What the overview tells of webhooks, by name."""
    tile = page.partition('id="tile-webhooks"')[2].partition("</section>")[0]
    found = re.findall(r"<dt>(.+?)</dt><dd>(\d+)</dd>", tile)
    told = {re.sub(r"<[^>]+>", "", name): number for name, number in found}
    return told | {"On": re.findall(r'<p class="figure[^>]*>(\d+) ', tile)[0]}


def test_the_overview_counts_them_and_links_to_those_it_counts(desk: Client, owner: User) -> None:
    now = timezone.now()
    stand(owner, description="Well")
    stand(owner, description="Fails", failing_since=now)
    stand(owner, description="Is off", disabled_at=now, disabled_reason="owner")
    stand(
        owner, description="Failed", disabled_at=now, disabled_reason="failing", failing_since=now
    )
    stand(owner, description="Gone", deleted_at=now)
    page = desk.get("/admin/").content.decode()
    assert figures(page) == {"On": "2", "Failing": "1", "Off": "2", "Messages due": "2"}
    assert '<p class="figure bad">2 <small>on</small>' in page
    listed = {
        "stands=failing": {"Fails"},
        "stands=off": {"Is off", "Failed"},
    }
    for query, names in listed.items():
        assert f'"{LIST}?{query}"' in page
        rows = desk.get(f"{LIST}?{query}").context["cl"].result_list
        assert {str(row) for row in rows} == names
    assert f'"{MESSAGES}?due=yes"' in page
    rows = desk.get(f"{MESSAGES}?due=yes").context["cl"].result_list
    assert {str(row.endpoint) for row in rows} == {"Well", "Fails"}
    assert len(rows) == 2


def test_the_overview_costs_the_same_however_many_there_are(
    desk: Client, owner: User, django_assert_num_queries: Any
) -> None:
    desk.get("/admin/")
    with CaptureQueriesContext(connection) as before:
        desk.get("/admin/")
    for _ in range(5):
        stand(owner)
    with django_assert_num_queries(len(before)):
        desk.get("/admin/")


def test_the_overview_tells_them_to_those_who_may_see_them_alone(
    client: Client, owner: User
) -> None:
    stand(owner)
    client.force_login(staff.only_a_moderator())
    assert "tile-webhooks" not in client.get("/admin/").content.decode()
    client.force_login(staff.staff("eye@example.com", "videos.view_webhookendpoint"))
    page = client.get("/admin/").content.decode()
    assert figures(page)["Messages due"] == "1"
    assert "due=yes" not in page
