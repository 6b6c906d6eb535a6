"""Webhooks are signed, sent to those who may hear, once each, and repeated until they are taken."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import svix
from django.conf import LazySettings
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEntry, OutgoingMail, User
from tests.bad_server import BadServer
from tests.staff import staff as staff_with
from videos.models import WebhookDelivery, WebhookEndpoint, WebhookReader
from videos.webhooks import claims, endpoints, fan_out, outcomes, replays, sweeping
from videos.webhooks.engine import deliver
from videos.webhooks.tests.receivers import (
    ROOM,
    endpoint_at,
    in_turn,
    only,
    says,
    send_all,
    send_due,
    tell,
    verified,
)

State = WebhookDelivery.State


def make_due() -> None:
    WebhookDelivery.objects.filter(next_at__isnull=False).update(
        next_at=timezone.now() - timedelta(seconds=1)
    )


def age(endpoint: WebhookEndpoint, **fields: object) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**fields)


def test_receivers_of_both_libraries_verify_a_message(owner: User, server: BadServer) -> None:
    _, secret = endpoint_at(owner, server.url("/"))
    event = tell(owner, video_id=uuid4())
    send_all()
    (asked,) = server.asked
    assert verified(asked, secret)["type"] == "video.ready"
    svix.Webhook(secret).verify(asked.body, dict(asked.headers))  # raises if it is wrong
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"] == "Vodloom-Webhooks"
    sent = only()
    assert (sent.state, sent.status, sent.tries) == (State.DELIVERED, 204, 1)
    assert (sent.position, asked.headers["webhook-id"]) == (event.position, sent.webhook_id)
    assert secret not in sent.endpoint.secret


def test_an_endpoint_hears_what_it_wants_and_only_what_comes_later(
    owner: User, server: BadServer
) -> None:
    tell(owner)
    endpoint_at(owner, server.url("/"), events=["video.track.*", "video.ready"])
    for kind in ("video.track.ready", "video.failed", "video.ready"):
        tell(owner, kind)
    send_all()
    heard = WebhookDelivery.objects.order_by("position").values_list("event", flat=True)
    assert list(heard) == ["video.track.ready", "video.ready"]


def test_nobody_hears_of_the_videos_of_others(
    owner: User, stranger: User, server: BadServer
) -> None:
    endpoint_at(stranger, server.url("/"))
    with pytest.raises(endpoints.EverybodysRefused):
        endpoint_at(stranger, server.url("/"), all_videos=True)
    tell(owner)
    send_all()
    assert not server.asked


def test_staff_hear_of_everybody_until_they_lose_the_right(owner: User, server: BadServer) -> None:
    staff = staff_with("s@example.com", "videos.view_video", "videos.change_webhookendpoint")
    endpoint_at(staff, server.url("/"), all_videos=True)
    tell(owner)
    tell(owner, payload={"moderation": "rejected"})
    tell(owner, "image.created")
    tell(owner, "job.failed")
    send_all()
    assert [one.event for one in WebhookDelivery.objects.all()] == ["video.ready"]
    tell(owner)
    fan_out.read_log()
    staff.user_permissions.clear()
    send_all()
    tell(owner)
    send_all()
    assert len(server.asked) == 1
    late = WebhookDelivery.objects.get(state=State.DROPPED)
    assert late.error == "webhook_not_allowed"


def test_an_event_is_written_once_for_an_endpoint_however_often_it_is_read(
    owner: User, server: BadServer
) -> None:
    endpoint_at(owner, server.url("/"))
    tell(owner)
    fan_out.read_log()
    WebhookReader.objects.update(position=0)
    fan_out.read_log()
    assert WebhookDelivery.objects.count() == 1


def test_a_failed_message_is_sent_again_under_the_same_id(owner: User, server: BadServer) -> None:
    server.at("/", in_turn(says(500, b"Not \0now."), says(200, b"Thanks")))
    _, secret = endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    failed = only()
    assert (failed.state, failed.error, failed.answer) == (
        State.PENDING,
        "webhook_refused",
        "Not \ufffdnow.",
    )
    assert failed.next_at is not None
    wait = failed.next_at - timezone.now()
    assert timedelta(seconds=4) < wait < timedelta(seconds=6)
    assert failed.endpoint.failing_since is not None
    make_due()
    send_all()
    sent = only()
    assert (sent.state, sent.tries, sent.answer) == (State.DELIVERED, 2, "Thanks")
    assert [one["status"] for one in sent.attempts] == [500, 200]
    assert len({one.headers["webhook-id"] for one in server.asked}) == 1
    assert all(verified(one, secret) for one in server.asked)
    assert sent.endpoint.failing_since is None


def test_a_message_is_given_up_after_ten_tries(owner: User, server: BadServer) -> None:
    server.at("/", says(500))
    endpoint_at(owner, server.url("/"))
    tell(owner)
    for _ in range(12):
        make_due()
        send_due()
    assert (only().state, only().tries, len(server.asked)) == (State.FAILED, 10, 10)


def test_an_endpoint_that_is_gone_is_turned_off_at_once(owner: User, server: BadServer) -> None:
    server.at("/", says(410))
    endpoint, _ = endpoint_at(owner, server.url("/?token=secret"))
    tell(owner)
    tell(owner)
    send_due()
    endpoint.refresh_from_db()
    assert (endpoint.is_on, endpoint.disabled_reason) == (False, "gone")
    mail = OutgoingMail.objects.get()
    assert mail.to == owner
    assert "secret" not in str(mail.context)
    assert f"/account/webhooks/{endpoint.pk}/" in mail.context["link"]
    endpoints.change(endpoint.pk, enabled=True)
    server.at("/", says(200))
    tell(owner)
    send_all()
    endpoint.refresh_from_db()
    assert endpoint.is_on


def test_five_days_of_failures_turn_an_endpoint_off(owner: User, server: BadServer) -> None:
    server.at("/", says(500))
    endpoint, _ = endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    age(endpoint, failing_since=timezone.now() - timedelta(days=4, hours=23))
    make_due()
    send_all()
    endpoint.refresh_from_db()
    assert endpoint.is_on
    age(endpoint, failing_since=timezone.now() - timedelta(days=5))
    make_due()
    send_all()
    endpoint.refresh_from_db()
    assert endpoint.disabled_reason == "failing"
    assert OutgoingMail.objects.count() == 1
    make_due()
    assert sweeping.drop_unwanted() == 1
    assert (only().state, only().error) == (State.DROPPED, "webhook_off")


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_for_a_pause_gets_it(
    status: int, owner: User, server: BadServer
) -> None:
    server.at("/", says(status, Retry_After="3600"))
    endpoint, _ = endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    tell(owner)
    send_all()
    assert len(server.asked) == 1
    failed = WebhookDelivery.objects.earliest("position")
    assert failed.next_at is not None
    assert failed.next_at > timezone.now() + timedelta(minutes=59)
    age(endpoint, paused_until=timezone.now())
    send_all()
    assert len(server.asked) == 2


def test_nothing_is_sent_after_an_endpoint_was_deleted(owner: User, server: BadServer) -> None:
    endpoint, _ = endpoint_at(owner, server.url("/"))
    tell(owner)
    fan_out.read_log()
    endpoints.delete(endpoint.pk)
    tell(owner)
    send_all()
    assert not server.asked
    endpoint.refresh_from_db()
    assert endpoint.secret == ""
    sweeping.prune_webhooks()
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_that_is_off_misses_what_happens_and_can_have_it_replayed(
    owner: User, server: BadServer
) -> None:
    endpoint, _ = endpoint_at(owner, server.url("/"))
    endpoints.change(endpoint.pk, enabled=False)
    tell(owner)
    send_all()
    with pytest.raises(replays.WebhookOff):
        replays.replay(endpoint.pk, replays.Span())
    endpoints.change(endpoint.pk, enabled=True)
    tell(owner)
    send_all()
    assert len(server.asked) == 1
    assert replays.replay(endpoint.pk, replays.Span()).deliveries == 2
    send_all()
    assert len({one.headers["webhook-id"] for one in server.asked}) == 3


def test_both_secrets_sign_for_a_day_after_a_rotation(owner: User, server: BadServer) -> None:
    endpoint, before = endpoint_at(owner, server.url("/"))
    after = endpoints.rotate(endpoint.pk)
    tell(owner)
    send_all()
    assert verified(server.asked[0], before) == verified(server.asked[0], after)
    age(endpoint, previous_until=F("previous_until") - timedelta(hours=24))
    tell(owner)
    send_all()
    assert verified(server.asked[1], after)
    with pytest.raises(svix.WebhookVerificationError):
        svix.Webhook(before).verify(server.asked[1].body, dict(server.asked[1].headers))


def test_a_secret_opens_with_a_key_that_was_replaced(
    owner: User, server: BadServer, settings: LazySettings
) -> None:
    endpoint, secret = endpoint_at(owner, server.url("/"))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50
    tell(owner)
    send_all()
    assert verified(server.asked[0], secret)
    settings.SECRET_KEY_FALLBACKS = []
    tell(owner)
    send_all()
    assert only_failed().error == "webhook_secret_unreadable"
    renewed = endpoints.rotate(endpoint.pk)
    make_due()
    send_all()
    assert verified(server.asked[1], renewed)


def only_failed() -> WebhookDelivery:
    return WebhookDelivery.objects.exclude(state=State.DELIVERED).get()


def test_the_first_try_of_an_event_waits_for_that_of_the_one_before(
    owner: User, server: BadServer
) -> None:
    endpoint_at(owner, server.url("/"))
    WebhookEndpoint.objects.update(last_at=timezone.now())
    one, other = uuid4(), uuid4()
    for kind in ("video.created", "video.playable", "video.ready"):
        tell(owner, kind, video_id=one)
    tell(owner, video_id=other)
    assert send_due() == 2
    server.at("/", says(500))
    assert send_due() == 1
    server.at("/", says(200))
    assert send_due() == 1
    tried = WebhookDelivery.objects.filter(about_id=one).order_by("tried_at")
    assert [row.event for row in tried] == ["video.created", "video.playable", "video.ready"]
    assert tried[1].state == State.PENDING


def test_what_a_killed_worker_had_claimed_is_sent_under_the_same_id(
    owner: User, server: BadServer
) -> None:
    endpoint_at(owner, server.url("/"))
    tell(owner)
    fan_out.read_log()
    (killed,) = claims.take(ROOM)
    deliver(killed)  # and the worker dies before it can note the answer
    assert not claims.take(ROOM)
    make_due()
    (again,) = claims.take(ROOM)
    assert deliver(killed).dropped == "webhook_deleted"
    outcomes.record([deliver(again)])
    assert (only().state, only().tries) == (State.DELIVERED, 2)
    assert len({one.headers["webhook-id"] for one in server.asked}) == 1
    assert len(server.asked) == 2


def test_a_test_and_an_old_delivery_can_be_sent_at_any_time(owner: User, server: BadServer) -> None:
    endpoint, secret = endpoint_at(owner, server.url("/"))
    replays.send_test(endpoint.pk)
    send_all()
    assert verified(server.asked[0], secret)["type"] == "webhook.test"
    replays.send_again(only())
    send_all()
    assert len({one.headers["webhook-id"] for one in server.asked}) == 1
    assert len(server.asked) == 2


def test_a_long_replay_tells_where_to_go_on(
    owner: User, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "MOST_REPLAYED", 2)
    for _ in range(3):
        last = tell(owner)
    endpoint, _ = endpoint_at(owner, server.url("/"))
    first = replays.replay(endpoint.pk, replays.Span())
    assert last.position is not None
    assert first.position is not None
    assert (first.deliveries, first.position) == (2, last.position - 1)
    rest = replays.replay(endpoint.pk, replays.Span(after=first.position))
    assert (rest.deliveries, rest.position) == (1, None)
    soon = replays.Span(begins=timezone.now() + timedelta(hours=1))
    assert replays.replay(endpoint.pk, soon).deliveries == 0


def test_each_change_by_a_person_is_recorded(owner: User, server: BadServer) -> None:
    endpoint, secret = endpoint_at(owner, server.url("/"))
    endpoints.change(endpoint.pk, description="Ours")
    endpoints.rotate(endpoint.pk)
    endpoints.change(endpoint.pk, enabled=False)
    endpoints.delete(endpoint.pk)
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == [
        f"webhook.{done}" for done in ("created", "updated", "rotated", "disabled", "deleted")
    ]
    assert secret not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_old_deliveries_are_swept(owner: User, server: BadServer, settings: LazySettings) -> None:
    endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    assert sweeping.prune_webhooks() == 0
    settings.KEEP_EVENTS_DAYS = 0
    assert sweeping.prune_webhooks() == 1


def test_only_so_many_endpoints_are_one_users(
    owner: User, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST_OF_ONE", 1)
    endpoint_at(owner, server.url("/"))
    with pytest.raises(endpoints.TooManyWebhooks):
        endpoint_at(owner, server.url("/"))


def test_a_worker_whose_clock_is_wrong_turns_nothing_off_and_delays_nothing(
    owner: User, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.at("/", in_turn(says(500), says(500)))
    endpoint, _ = endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    make_due()
    week, now = timedelta(days=7), timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + week)
    send_all()
    endpoint.refresh_from_db()
    assert endpoint.is_on
    next_at = only().next_at
    assert next_at is not None
    assert next_at < now() + timedelta(minutes=10)
