"""Messages to browsers: encrypted, signed, none lost, and none to who must not have it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from django.utils import timezone

from accounts import api_keys
from accounts.models import ApiKey, PushKey, PushMessage, PushSubscription, User
from processing.reconciler.mail import wake_push
from videos.actors import send_pushes
from videos.push import keys, outbox, renewal, sending, subscriptions
from videos.push.tests.conftest import Browser, PushService, is_signed_by_us, waiting

PAYLOAD = {"title": "שלום", "body": "The video is ready.", "path": "/watch/1/", "tag": "t"}


@pytest.fixture
def message(subscription: PushSubscription) -> PushMessage:
    outbox.write([subscription.pk], PAYLOAD)
    return PushMessage.objects.get()


def make_due() -> None:
    PushMessage.objects.exclude(next_at=None).update(next_at=Now())


def wait() -> timedelta:
    """Return how long the message waits for its next try."""
    return PushMessage.objects.exclude(next_at=None).get().next_at - timezone.now()  # type: ignore[operator]  # it has one


def test_the_browser_alone_can_read_it(
    message: PushMessage, service: PushService, browser: Browser
) -> None:
    assert [sending.send_due(), sending.send_due()] == [1, 0]
    ((path, headers, body),) = service.got
    assert browser.read(body) == PAYLOAD
    assert b"ready" not in body
    assert path == "/send/one"
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["urgency"] == "normal"
    assert 86_000 < int(headers["ttl"]) <= 86_400
    assert is_signed_by_us(headers, service.origin)
    assert PushSubscription.objects.get().last_used_at is not None


@pytest.mark.parametrize("left", [timedelta(hours=-1), timedelta(hours=1), None])
def test_the_subscription_of_a_program_ends_with_its_key(
    owner: User, browser: Browser, left: timedelta | None
) -> None:
    key, _ = api_keys.issue(owner, name="program")
    subscriptions.subscribe(owner, browser.offered(), key=key)
    ApiKey.objects.update(expires_at=left and timezone.now() + left)
    assert subscriptions.live().exists() == (left != timedelta(hours=-1))


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_asked_no_more_and_its_message_waits_for_another(
    message: PushMessage, service: PushService, browser: Browser, status: int
) -> None:
    service.status = status
    assert sending.send_due() == 0
    assert not subscriptions.live().exists()
    make_due()
    assert (sending.send_due(), len(service.got)) == (0, 1)
    service.status = 201
    new = Browser(f"{service.origin}/send/new")
    renewal.renew(browser.endpoint, browser.keys["auth"], new.offered())
    make_due()
    assert sending.send_due() == 1
    assert service.got[-1][0] == "/send/new"
    assert new.read(service.got[-1][2]) == PAYLOAD


def test_an_old_address_that_is_gone_ends_no_new_one(
    message: PushMessage, service: PushService, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser renewed while the message to its old address was on its way."""
    new = Browser(f"{service.origin}/send/new")
    note = outbox.note_gone

    def renew_first(*noted: Any) -> None:
        renewal.renew(browser.endpoint, browser.keys["auth"], new.offered())
        note(*noted)

    monkeypatch.setattr(outbox, "note_gone", renew_first)
    service.status = 410
    sending.send_due()
    service.status = 201
    make_due()
    assert sending.send_due() == 1
    assert service.got[-1][0] == "/send/new"


def test_the_messages_of_a_gone_browser_do_not_end_what_may_be_renewed(
    message: PushMessage, service: PushService
) -> None:
    outbox.write([message.subscription_id] * outbox.MOST_FAILURES, PAYLOAD)
    PushSubscription.objects.update(expires_at=Now())
    PushMessage.objects.update(created_at=Now() - outbox.LIVES)
    sending.send_due()
    assert waiting() == []
    assert subscriptions.renewable().exists()


def test_a_service_that_is_ill_is_asked_again_later_and_later(
    message: PushMessage, service: PushService
) -> None:
    service.status = 503
    waits = []
    for _ in range(4):
        assert sending.send_due() == 0
        waits.append(wait().total_seconds())
        make_due()
    assert [round(seconds / 30) for seconds in waits] == [1, 2, 4, 8]
    service.status = 201
    assert sending.send_due() == 1


def test_a_service_says_when_it_wants_to_be_asked(
    message: PushMessage, service: PushService
) -> None:
    service.status, service.headers = 429, {"Retry-After": "1800"}
    sending.send_due()
    assert timedelta(minutes=29) < wait() < timedelta(minutes=31)


def test_a_failure_holds_back_that_browser_alone(
    message: PushMessage, service: PushService, owner: User, settings: LazySettings
) -> None:
    outbox.write([message.subscription_id], PAYLOAD)
    other = subscriptions.subscribe(owner, Browser(f"{service.origin}/send/two").offered())
    service.status = 500
    sending.send_due()
    service.status = 201
    outbox.write([other.pk], PAYLOAD)
    assert sending.send_due() == 1
    assert [path for path, *_ in service.got] == ["/send/one", "/send/two"]


def test_what_comes_later_waits_with_what_failed(
    message: PushMessage, service: PushService
) -> None:
    """Otherwise each new message would wait again for a service that does not answer."""
    service.status = 500
    sending.send_due()
    outbox.write([message.subscription_id], PAYLOAD)
    assert (outbox.is_due(), sending.send_due(), len(service.got)) == (False, 0, 1)
    service.status = 201
    make_due()
    assert sending.send_due() == 2


def test_what_a_service_will_never_take_is_given_up_and_ends_the_subscription_at_last(
    subscription: PushSubscription, service: PushService
) -> None:
    service.status = 400
    for expected in 4 * [1] + [0]:
        outbox.write([subscription.pk], PAYLOAD)
        sending.send_due()
        assert waiting() == []
        assert PushSubscription.objects.count() == expected


def test_nobody_is_told_of_what_was_yesterday(message: PushMessage, service: PushService) -> None:
    service.status = 500
    PushMessage.objects.update(
        created_at=timezone.now() - timedelta(hours=23, minutes=59, seconds=55)
    )
    sending.send_due()
    assert waiting() == []


def test_a_killed_workers_message_is_sent_by_another(
    message: PushMessage, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("videos.push.service.send", killed)
        with pytest.raises(SystemExit):
            sending.send_due()
    assert sending.send_due() == 0  # it has its lease
    make_due()
    assert sending.send_due() == 1


def test_a_redirect_is_not_followed(message: PushMessage, service: PushService) -> None:
    service.status, service.headers = 302, {"Location": f"{service.origin}/elsewhere"}
    sending.send_due()
    assert [path for path, *_ in service.got] == ["/send/one"]


@pytest.mark.parametrize("host", ["2130706433", "localhost"])
def test_a_name_that_leads_inside_is_not_asked(
    owner: User, service: PushService, settings: LazySettings, host: str
) -> None:
    settings.FETCH_PRIVATE = []
    port = service.server_address[1]
    made = subscriptions.subscribe(owner, Browser(f"https://{host}:{port}/x").offered())
    outbox.write([made.pk], PAYLOAD)
    assert sending.send_due() == 0
    assert PushMessage.objects.get().error == "fetch_forbidden_address"
    assert service.got == []


def test_a_deactivated_users_browser_gets_nothing(
    message: PushMessage, service: PushService
) -> None:
    User.objects.update(is_active=False)
    sending.send_due()
    assert (service.got, PushSubscription.objects.count()) == ([], 0)


def test_a_new_password_ends_subscriptions(
    message: PushMessage, service: PushService, owner: User
) -> None:
    owner.set_password("another long password")
    owner.save()
    sending.send_due()
    assert (service.got, PushSubscription.objects.count()) == ([], 0)


def test_a_revoked_key_ends_what_it_made(
    browser: Browser, service: PushService, owner: User
) -> None:
    key, _ = api_keys.issue(owner, name="app")
    made = subscriptions.subscribe(owner, browser.offered(), key=key)
    outbox.write([made.pk], PAYLOAD)
    api_keys.revoke(key)
    sending.send_due()
    assert (service.got, PushSubscription.objects.count()) == ([], 0)


def test_the_keys_are_made_once_and_not_kept_in_clear_text(db: None) -> None:
    assert keys.public() == keys.public()
    assert "PRIVATE" not in PushKey.objects.get().private
    assert keys.private().private_pem().startswith(b"-----BEGIN PRIVATE")


def test_messages_wait_while_the_key_cannot_be_read(
    message: PushMessage, service: PushService, settings: LazySettings
) -> None:
    keys.public()
    right, settings.SECRET_KEY = settings.SECRET_KEY, "another key of fifty characters, 0123456789"
    assert sending.send_due() == 0
    assert (waiting(), service.got) == ([PAYLOAD["title"]], [])
    settings.SECRET_KEY_FALLBACKS = [right]
    make_due()
    assert sending.send_due() == 1


def test_new_keys_forget_all_browsers(subscription: PushSubscription) -> None:
    before = keys.public()
    assert keys.renew() == 1
    assert keys.public() != before
    assert not PushSubscription.objects.exists()


def test_the_reconciler_wakes_a_worker_of_notify(
    message: PushMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    def top_up(queue: str, wanted: int, *, actor: str) -> int:
        sent.append((queue, actor))
        return wanted

    monkeypatch.setattr("processing.pipeline.wake.top_up", top_up)
    assert wake_push() == 1
    assert sent == [("notify", send_pushes.actor_name)]


def test_old_messages_and_ended_subscriptions_are_deleted(
    message: PushMessage, settings: LazySettings
) -> None:
    assert outbox.prune_push() == 0
    PushMessage.objects.update(next_at=None, created_at=timezone.now() - timedelta(days=400))
    assert outbox.prune_push() == 1
    PushSubscription.objects.update(expires_at=timezone.now() - timedelta(days=29))
    assert outbox.prune_push() == 0
    PushSubscription.objects.update(expires_at=timezone.now() - timedelta(days=31))
    assert outbox.prune_push() == 1
