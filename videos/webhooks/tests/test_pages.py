"""The pages of webhooks: everything the API can do, for people."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from tests.bad_server import BadServer
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import endpoints, replays
from videos.webhooks.tests.receivers import endpoint_at, says, send_all, tell, verified

PATH = "/account/webhooks/"


@pytest.fixture
def server(server: BadServer) -> BadServer:
    server.at("/", says(500, b"<b>Not now</b>"))
    return server


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def text_of(browser: Client, path: str = PATH) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_webhook_is_made_and_its_secret_shown_once(
    browser: Client, owner: User, server: BadServer
) -> None:
    assert "You have no webhook." in text_of(browser)
    form = {"url": server.url("/"), "description": "The shop", "events": ["video.*"]}
    shown = browser.post(f"{PATH}create/", form).content.decode()
    secret = re.search(r'value="(whsec_[^"]+)"', shown)
    assert secret
    endpoint = WebhookEndpoint.objects.get()
    assert "whsec_" not in text_of(browser, f"{PATH}{endpoint.pk}/")
    assert "The shop" in text_of(browser)
    tell(owner)
    send_all()
    assert verified(server.asked[0], secret[1])


def test_the_events_are_grouped_by_what_they_are_about(browser: Client) -> None:
    groups = text_of(browser).split('role="group" aria-label="Events of ')[1:]
    for group in groups:
        about = group.partition('"')[0]
        names = re.findall(r'name="events" value="([^"]+)"', group)
        assert names[0] == f"{about}.*"
        assert {name.partition(".")[0] for name in names} == {about}
    assert {"video", "image", "job"} <= {group.partition('"')[0] for group in groups}


def test_what_was_sent_can_be_read_and_sent_again(
    browser: Client, owner: User, server: BadServer
) -> None:
    endpoint, _ = endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    where = f"{PATH}{endpoint.pk}/"
    shown = text_of(browser, where)
    assert "&lt;b&gt;Not now" in shown
    assert "webhook-signature: v1," in shown
    assert "Failing since" in shown
    assert "Failing since" in text_of(browser)
    assert re.search(r"<h3>Tries</h3>\s*<ul><li[^>]*><time[^>]*>\d+ \w+ \d{4}, ", shown)
    assert "There is no such message." in text_of(browser, f"{where}?state=delivered")
    assert "There is no such message." not in text_of(browser, f"{where}?before=nothing")
    server.at("/", says(200))
    delivery = WebhookDelivery.objects.get()
    assert browser.post(f"{where}{delivery.pk}/again/").status_code == 302
    send_all()
    delivery.refresh_from_db()
    assert delivery.state == "delivered"


def test_it_is_changed_rotated_tested_turned_off_and_deleted(
    browser: Client, owner: User, server: BadServer
) -> None:
    endpoint, secret = endpoint_at(owner, server.url("/"))
    where = f"{PATH}{endpoint.pk}/"
    browser.post(f"{where}change/", {"url": server.url("/"), "events": ["video.ready"]})
    browser.post(f"{where}test/")
    assert WebhookDelivery.objects.get().event == "webhook.test"
    renewed = browser.post(f"{where}rotate/").content.decode()
    assert secret not in renewed
    assert "whsec_" in renewed
    browser.post(f"{where}turn/", {"on": "no"})
    endpoint.refresh_from_db()
    assert (endpoint.is_on, endpoint.events) == (False, ["video.ready"])
    assert b"This webhook is off" in browser.post(f"{where}test/", follow=True).content
    assert "Off: you turned it off" in text_of(browser, where)
    browser.post(f"{where}turn/", {"on": "yes"})
    assert browser.post(f"{where}delete/").status_code == 302
    assert browser.get(where).status_code == 404


def test_a_span_is_replayed_and_gone_on_with(
    browser: Client, owner: User, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "MOST_REPLAYED", 1)
    for _ in range(2):
        tell(owner)
    endpoint, _ = endpoint_at(owner, server.url("/"))
    where = f"{PATH}{endpoint.pk}/replay/"
    shown = browser.post(where, {"begins": "2020-01-01T00:00:00"}).content.decode()
    after = re.search(r'name="after" value="(\d+)"', shown)
    assert after
    assert "Go on" in shown
    browser.post(where, {"begins": "2020-01-01T00:00:00", "after": after[1]})
    assert WebhookDelivery.objects.filter(kind="replay").count() == 2
    wrong = {"begins": "2021-01-01T00:00:00", "ends": "2020-01-01T00:00:00"}
    assert b"later than the beginning" in browser.post(where, wrong).content


def test_wrong_forms_say_what_is_wrong(
    browser: Client, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = browser.post(f"{PATH}create/", {"url": "https://10.0.0.1/"})
    assert b"private or reserved" in wrong.content
    assert b"with VODLOOM_WEBHOOK_PRIVATE" in wrong.content
    assert b"Hears of everybody" not in wrong.content
    monkeypatch.setattr(endpoints, "MOST_OF_ONE", 0)
    wrong = browser.post(f"{PATH}create/", {"url": server.url("/")})
    assert b"Delete one" in wrong.content


def test_a_message_that_may_not_leave_says_which_setting_allows_it(
    browser: Client, owner: User, server: BadServer, settings: LazySettings
) -> None:
    endpoint, _ = endpoint_at(owner, server.url("/"))
    settings.WEBHOOK_PRIVATE = ()
    tell(owner)
    send_all()
    for path in (PATH, f"{PATH}{endpoint.pk}/"):
        shown = text_of(browser, path)
        assert "webhook_forbidden_address" in shown
        assert "can allow private addresses with VODLOOM_WEBHOOK_PRIVATE" in shown


def test_others_do_not_find_it(
    client: Client, owner: User, stranger: User, server: BadServer
) -> None:
    endpoint, _ = endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    delivery = WebhookDelivery.objects.get()
    client.force_login(stranger)
    where = f"{PATH}{endpoint.pk}/"
    assert client.get(where).status_code == 404
    acts = ("change", "turn", "rotate", "delete", "test", "replay", f"{delivery.pk}/again")
    for act in acts:
        assert client.post(f"{where}{act}/").status_code == 404
