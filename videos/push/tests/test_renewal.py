"""A browser tells of its new subscription by what only it knows of the old one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import AuditEntry, PushSubscription, User
from config.env.rates import Rate
from videos.push import outbox, subscriptions
from videos.push.tests.conftest import Browser

RENEWAL = "/api/v1/push/renewal/"
SUBSCRIPTIONS = "/api/v1/push/subscriptions/"
PAYLOAD = {"title": "A walk", "body": "", "path": "/", "tag": "t"}


@pytest.fixture
def new(browser: Browser) -> Browser:
    """The same browser with its next subscription."""
    return Browser(f"{browser.endpoint}-next", secret=b"another sixteen.")


def form(old: Browser, new: Browser, **proof: str) -> dict[str, Any]:
    return {
        "old": {"endpoint": old.endpoint, "auth": old.keys["auth"], **proof},
        "new": {"endpoint": new.endpoint, "expirationTime": None, "keys": new.keys},
    }


def renew(old: Browser, new: Browser, **proof: str) -> tuple[int, str]:
    """Send the form without any credential; return the status and the code."""
    answer = APIClient(enforce_csrf_checks=True).post(
        RENEWAL, form(old, new, **proof), format="json"
    )
    return answer.status_code, answer.json()["code"] if answer.content else ""


def test_the_new_takes_the_place_of_the_old_and_keeps_what_it_rests_on(
    subscription: PushSubscription, browser: Browser, new: Browser
) -> None:
    outbox.write([subscription.pk], PAYLOAD)
    assert renew(browser, new) == (204, "")
    row = PushSubscription.objects.get()
    assert (row.pk, row.user_id, row.login) == (
        subscription.pk,
        subscription.user_id,
        subscription.login,
    )
    assert (row.endpoint, row.p256dh) == (new.endpoint, new.keys["p256dh"])
    assert subscriptions.secret_of(row) == new.keys["auth"]
    assert new.keys["auth"] not in row.auth
    assert row.messages.count() == 1
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_id) == ("push.renewed", subscription.user_id)
    assert new.endpoint not in str(entry.details) + entry.target_name


def test_doing_it_again_changes_nothing(
    subscription: PushSubscription, browser: Browser, new: Browser
) -> None:
    """The answer to the first time may have been lost."""
    assert [renew(browser, new), renew(browser, new)] == [(204, ""), (204, "")]
    assert PushSubscription.objects.get().endpoint == new.endpoint
    assert AuditEntry.objects.filter(action="push.renewed").count() == 1


@pytest.mark.parametrize(
    "proof",
    [
        {"auth": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"auth": "é"},
        {"endpoint": "https://push.example.net/unknown"},
    ],
)
def test_nothing_is_replaced_without_the_proof(
    subscription: PushSubscription, browser: Browser, new: Browser, proof: dict[str, str]
) -> None:
    assert renew(browser, new, **proof) == (404, "not_found")
    assert PushSubscription.objects.get().endpoint == browser.endpoint


def test_guessing_is_limited_and_who_knows_goes_on(
    subscription: PushSubscription, browser: Browser, new: Browser, settings: LazySettings
) -> None:
    settings.RATES = replace(settings.RATES, wrong_keys=Rate(2, 3600))
    client = APIClient(REMOTE_ADDR="198.51.100.77")
    guess = form(browser, new, auth="AAAAAAAAAAAAAAAAAAAAAA")
    guesses = [client.post(RENEWAL, guess, format="json") for _ in range(4)]
    assert [one.status_code for one in guesses] == [404, 404, 429, 429]
    assert int(guesses[2]["Retry-After"]) > 0
    assert client.post(RENEWAL, form(browser, new), format="json").status_code == 204


def test_a_session_is_neither_needed_nor_looked_at(
    subscription: PushSubscription, browser: Browser, new: Browser, stranger: User
) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(stranger)
    assert client.post(RENEWAL, form(browser, new), format="json").status_code == 204
    assert PushSubscription.objects.get().user_id == subscription.user_id


@pytest.mark.parametrize("days", [1, 29, 31])
def test_what_the_push_service_ended_can_be_renewed_for_a_while(
    subscription: PushSubscription, browser: Browser, new: Browser, days: int
) -> None:
    PushSubscription.objects.update(expires_at=timezone.now() - timedelta(days=days))
    assert renew(browser, new)[0] == (204 if days < 30 else 404)
    assert subscriptions.live().exists() == (days < 30)


def log_out(owner: User, client: Client) -> None:
    client.post("/accounts/logout/")


def change_password(owner: User, client: Client) -> None:
    owner.set_password("another long password")
    owner.save()


def deactivate(owner: User, client: Client) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)


@pytest.mark.parametrize("end", [log_out, change_password, deactivate])
def test_what_ended_with_its_log_in_stays_ended(
    owner: User, client: Client, browser: Browser, new: Browser, end: Callable[..., None]
) -> None:
    client.force_login(owner)
    sent = {"endpoint": browser.endpoint, "expirationTime": None, "keys": browser.keys}
    client.post(SUBSCRIPTIONS, sent, content_type="application/json")
    end(owner, client)
    assert renew(browser, new) == (404, "not_found")


def test_what_was_renewed_ends_with_its_log_in(
    owner: User, client: Client, browser: Browser, new: Browser
) -> None:
    client.force_login(owner)
    sent = {"endpoint": browser.endpoint, "expirationTime": None, "keys": browser.keys}
    client.post(SUBSCRIPTIONS, sent, content_type="application/json")
    assert renew(browser, new)[0] == 204
    client.post("/accounts/logout/")
    assert not PushSubscription.objects.exists()


def test_what_ended_with_its_key_stays_ended(owner: User, browser: Browser, new: Browser) -> None:
    key, _ = api_keys.issue(owner, name="app")
    subscriptions.subscribe(owner, browser.offered(), key=key)
    api_keys.revoke(key)
    assert renew(browser, new) == (404, "not_found")


def test_one_that_is_subscribed_already_is_left_to_whom_it_is_of(
    subscription: PushSubscription, browser: Browser, new: Browser, stranger: User
) -> None:
    """Another user has logged in with this browser, and subscribed it."""
    subscriptions.subscribe(stranger, new.offered())
    assert renew(browser, new) == (204, "")
    row = PushSubscription.objects.get()
    assert (row.user_id, row.endpoint) == (stranger.pk, new.endpoint)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"endpoint": "https://10.0.0.1/x"}, "new.endpoint"),
        ({"keys": {"p256dh": "AAAA", "auth": "AAAA"}}, "new.keys.p256dh"),
        ({"more": 1}, "new.more"),
    ],
)
def test_a_hostile_new_one_is_refused(
    subscription: PushSubscription,
    browser: Browser,
    new: Browser,
    changes: dict[str, Any],
    field: str,
) -> None:
    sent = form(browser, new)
    sent["new"] |= changes
    answer = APIClient().post(RENEWAL, sent, format="json")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert PushSubscription.objects.get().endpoint == browser.endpoint
