"""Push subscriptions and choices in the API and on the page, and what ends a subscription."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import open_sessions
from accounts.models import AuditEntry, PushSubscription, User
from tests.log_ins import session_of
from videos.notifications import choices
from videos.push import keys, subscriptions
from videos.push.tests.conftest import Browser

SUBSCRIPTIONS = "/api/v1/push/subscriptions/"
CHOICES = "/api/v1/me/notifications/"
NEW = "another long password 1"


def form(browser: Browser, **changes: Any) -> dict[str, Any]:
    return {"endpoint": browser.endpoint, "expirationTime": None, "keys": browser.keys, **changes}


@pytest.fixture
def logged_in(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


def subscribe(client: Client, browser: Browser) -> None:
    answer = client.post(SUBSCRIPTIONS, form(browser), content_type="application/json")
    assert answer.status_code == 201


def test_a_browser_subscribes_is_listed_and_removed(api: APIClient, browser: Browser) -> None:
    made = api.post(SUBSCRIPTIONS, form(browser), format="json", HTTP_USER_AGENT="Firefox 140")
    assert made.status_code == 201
    told = made.json()
    assert told["user_agent"] == "Firefox 140"
    assert told["endpoint_sha256"] == hashlib.sha256(browser.endpoint.encode()).hexdigest()
    assert browser.endpoint not in made.content.decode()
    assert [one["id"] for one in api.get(SUBSCRIPTIONS).json()["results"]] == [told["id"]]
    assert api.delete(f"{SUBSCRIPTIONS}{told['id']}/").status_code == 204
    assert api.get(SUBSCRIPTIONS).json()["results"] == []
    said = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert said[-2:] == ["push.subscribed", "push.unsubscribed"]


def test_the_same_browser_is_kept_once(api: APIClient, browser: Browser) -> None:
    for _ in range(2):
        assert api.post(SUBSCRIPTIONS, form(browser), format="json").status_code == 201
    assert PushSubscription.objects.count() == 1


def test_secrets_are_not_kept_in_clear_text(api: APIClient, browser: Browser) -> None:
    api.post(SUBSCRIPTIONS, form(browser), format="json")
    row = PushSubscription.objects.get()
    assert browser.keys["auth"] not in row.auth
    assert subscriptions.secret_of(row) == browser.keys["auth"]


def test_nobody_touches_the_browsers_of_others(
    api: APIClient, browser: Browser, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    made = api.post(SUBSCRIPTIONS, form(browser), format="json").json()
    other = as_user(stranger)
    assert other.get(SUBSCRIPTIONS).json()["results"] == []
    assert other.delete(f"{SUBSCRIPTIONS}{made['id']}/").status_code == 404
    assert PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        ("http://push.example.net/x", "push_endpoint_forbidden"),
        ("https://10.0.0.1/x", "push_endpoint_forbidden"),
        ("https://[::1]/x", "push_endpoint_forbidden"),
        ("https://169.254.169.254/latest/meta-data/", "push_endpoint_forbidden"),
        ("https://user:password@push.example.net/x", "push_endpoint_forbidden"),
        ("file:///etc/passwd", "push_endpoint_forbidden"),
        ("https://push.example.net/\r\nX: y", "push_endpoint_forbidden"),
        ("https://push.example.net/" + "x" * 3000, "max_length"),
    ],
)
def test_a_hostile_endpoint_is_refused(api: APIClient, endpoint: str, code: str) -> None:
    answer = api.post(SUBSCRIPTIONS, form(Browser(endpoint)), format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("member", "value"),
    [("p256dh", "AAAA"), ("p256dh", "!"), ("p256dh", "B" * 87), ("auth", "AAAA"), ("auth", "é")],
)
def test_keys_that_are_none_are_refused(
    api: APIClient, browser: Browser, member: str, value: str
) -> None:
    sent = form(browser, keys={**browser.keys, member: value})
    answer = api.post(SUBSCRIPTIONS, sent, format="json")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [f"keys.{member}"]


def test_there_is_a_bound(
    api: APIClient, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MOST_OF_ONE", 1)
    assert api.post(SUBSCRIPTIONS, form(browser), format="json").status_code == 201
    other = api.post(SUBSCRIPTIONS, form(Browser(f"{browser.endpoint}-2")), format="json")
    assert (other.status_code, other.json()["code"]) == (409, "push_subscriptions_too_many")


def test_a_subscription_that_has_ended_is_not_listed(api: APIClient, browser: Browser) -> None:
    soon = int((timezone.now() + timedelta(hours=1)).timestamp() * 1000)
    api.post(SUBSCRIPTIONS, form(browser, expirationTime=soon), format="json")
    assert len(api.get(SUBSCRIPTIONS).json()["results"]) == 1
    PushSubscription.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(SUBSCRIPTIONS).json()["results"] == []


def test_the_key_is_told(api: APIClient) -> None:
    assert api.get("/api/v1/push/key/").json() == {"public_key": keys.public()}


def test_logging_out_ends_the_subscription_of_this_browser_alone(
    logged_in: Client, owner: User, browser: Browser
) -> None:
    other = Client()
    other.force_login(owner)
    subscribe(logged_in, browser)
    subscribe(other, Browser(f"{browser.endpoint}-2"))
    logged_in.post("/accounts/logout/")
    assert PushSubscription.objects.get().endpoint == f"{browser.endpoint}-2"


def test_the_subscription_of_an_app_ends_with_its_session(owner: User, browser: Browser) -> None:
    """An app has no cookie, so it is sent none."""
    app = APIClient(headers={"X-Session-Token": session_of(owner, of_app=True)})
    answer = app.post(SUBSCRIPTIONS, form(browser), format="json")
    assert (answer.status_code, answer.cookies) == (201, {})
    assert app.delete("/api/v1/auth/session/").status_code == 401
    assert not PushSubscription.objects.exists()


def test_a_browser_that_is_logged_out_from_another_gets_no_more(
    logged_in: Client, owner: User, browser: Browser
) -> None:
    other = Client(headers={"user-agent": "Chrome"})
    other.force_login(owner)
    subscribe(logged_in, browser)
    subscribe(other, Browser(f"{browser.endpoint}-2"))
    (ended,) = [one for one in open_sessions.of(owner) if one.agent == "Chrome"]
    assert open_sessions.end(owner, ended.id)
    assert PushSubscription.objects.get().endpoint == browser.endpoint
    open_sessions.end_all(owner)
    assert not subscriptions.is_logged_in(PushSubscription.objects.get())


def test_a_changed_password_ends_those_of_other_browsers(
    logged_in: Client, owner: User, browser: Browser
) -> None:
    other = Client()
    other.force_login(owner)
    subscribe(logged_in, browser)
    subscribe(other, Browser(f"{browser.endpoint}-2"))
    old = {"oldpassword": "a long password", "password1": NEW, "password2": NEW}
    assert logged_in.post("/accounts/password/change/", old).status_code == 302
    standing = [one for one in PushSubscription.objects.all() if subscriptions.is_logged_in(one)]
    assert [one.endpoint for one in standing] == [browser.endpoint]


def test_choices_are_read_and_changed_by_the_api(api: APIClient, owner: User) -> None:
    every = dict.fromkeys(("ready", "failed", "approved", "rejected"), True)
    assert api.get(CHOICES).json() == {"mail": every, "push": every, "digest_minutes": 10}
    changed = api.patch(CHOICES, {"mail": {"ready": False}, "digest_minutes": 60}, format="json")
    expected = {"mail": {**every, "ready": False}, "push": every, "digest_minutes": 60}
    assert changed.json() == expected
    assert api.patch(CHOICES, {}, format="json").json() == expected
    assert api.patch(CHOICES, {"mail": {"ready": True}}, format="json").json()["mail"] == every
    entries = AuditEntry.objects.filter(action="notifications.changed")
    assert entries.count() == 2


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"mail": {"nonsense": True}}, "mail.nonsense"),
        ({"letter": {}}, "letter"),
        ({"digest_minutes": 7}, "digest_minutes"),
        ({"push": {"ready": "perhaps"}}, "push.ready"),
    ],
)
def test_wrong_choices_are_refused(api: APIClient, sent: dict[str, Any], field: str) -> None:
    answer = api.patch(CHOICES, sent, format="json")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_choices_are_made_on_the_page(logged_in: Client, owner: User) -> None:
    page = logged_in.get("/account/notifications/").content.decode()
    assert page.count('type="checkbox"') == page.count(" checked") == 8
    sent = {"digest_minutes": "1440", "mail-failed": "on", "push-ready": "on"}
    assert logged_in.post("/account/notifications/save/", sent).status_code == 302
    chosen = choices.of(owner)
    on = [(c, k) for c in choices.CHANNELS for k in choices.KINDS if chosen.wants(c, k)]
    assert on == [("mail", "failed"), ("push", "ready")]
    assert chosen.digest_minutes == 1440


def test_browsers_are_listed_and_removed_on_the_page(
    logged_in: Client, browser: Browser, stranger: User
) -> None:
    subscribe(logged_in, browser)
    row = PushSubscription.objects.get()
    page = logged_in.get("/account/notifications/").content.decode()
    assert f'data-endpoint="{row.endpoint_sha256}"' in page
    assert browser.endpoint not in page
    path = f"/account/notifications/browsers/{row.pk}/remove/"
    other = Client()
    other.force_login(stranger)
    assert other.post(path).status_code == 404
    assert logged_in.post(path).status_code == 302
    assert not PushSubscription.objects.exists()


def test_the_worker_is_served_for_the_whole_site(client: Client, db: None) -> None:
    answer = client.get("/push-worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Service-Worker-Allowed"] == "/"
    assert "showNotification" in answer.content.decode()
