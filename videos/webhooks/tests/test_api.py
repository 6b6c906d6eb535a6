"""Webhooks in the API: their secret is shown once, and others' are not found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.api_keys import Terms
from accounts.models import User
from tests.bad_server import BadServer
from videos.events import cursors
from videos.models import WebhookDelivery
from videos.webhooks import endpoints, fan_out, replays
from videos.webhooks.tests.receivers import endpoint_at, says, send_all, tell, verified

PATH = "/api/v1/webhooks/"


def make(api: APIClient, url: str, **form: Any) -> dict[str, Any]:
    answer = api.post(PATH, {"url": url, **form}, format="json")
    assert answer.status_code == 201, answer.json()
    made: dict[str, Any] = answer.json()
    return made


def test_a_webhook_is_made_heard_changed_and_deleted(
    api: APIClient, owner: User, server: BadServer
) -> None:
    made = make(api, server.url("/"), events=["video.*"], description="Ours")
    tell(owner)
    send_all()
    assert verified(server.asked[0], made["secret"])["type"] == "video.ready"
    where = f"{PATH}{made['id']}/"
    told = api.get(where).json()
    assert "secret" not in told
    assert (told["enabled"], told["health"]["last_status"]) == (True, 204)
    assert made["secret"] not in str(api.get(PATH).json())
    off = api.patch(where, {"enabled": False}, format="json").json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "owner")
    assert api.post(f"{where}test/").json()["code"] == "webhook_off"
    assert api.delete(where).status_code == 204
    assert api.get(where).status_code == 404


def test_a_new_secret_verifies_what_comes_next(
    api: APIClient, owner: User, server: BadServer
) -> None:
    made = make(api, server.url("/"))
    renewed = api.post(f"{PATH}{made['id']}/rotate/").json()["secret"]
    assert renewed != made["secret"]
    tell(owner)
    send_all()
    assert verified(server.asked[0], renewed) == verified(server.asked[0], made["secret"])
    assert api.get(f"{PATH}{made['id']}/").json()["previous_secret_until"] is not None


def test_a_delivery_shows_its_request_and_answer_and_is_sent_again(
    api: APIClient, owner: User, server: BadServer
) -> None:
    server.at("/", says(500, b"Not now"))
    made = make(api, server.url("/"))
    tell(owner, video_id=uuid4())
    send_all()
    where = f"{PATH}{made['id']}/deliveries/"
    (listed,) = api.get(where, {"state": "pending"}).json()["results"]
    assert api.get(where, {"state": "delivered"}).json()["results"] == []
    told = api.get(f"{where}{listed['id']}/").json()
    assert (told["status"], told["error"], told["answer"]) == (500, "webhook_refused", "Not now")
    assert told["request_headers"]["webhook-id"] == told["webhook_id"]
    assert told["next_at"] is not None
    assert told["attempts"][0]["status"] == 500
    server.at("/", says(200))
    again = api.post(f"{where}{listed['id']}/send_again/")
    assert again.status_code == 202
    send_all()
    assert api.get(again["Location"]).json()["state"] == "delivered"


def test_what_is_being_sent_is_not_sent_again(
    api: APIClient, owner: User, server: BadServer
) -> None:
    made = make(api, server.url("/"))
    tell(owner)
    fan_out.read_log()
    WebhookDelivery.objects.update(state="sending")
    sending = WebhookDelivery.objects.get()
    answer = api.post(f"{PATH}{made['id']}/deliveries/{sending.pk}/send_again/")
    assert answer.json()["code"] == "webhook_on_its_way"


def test_a_test_event_is_queued_at_once(api: APIClient, server: BadServer) -> None:
    made = make(api, server.url("/"))
    answer = api.post(f"{PATH}{made['id']}/test/")
    assert (answer.status_code, answer.json()["event"]) == (202, "webhook.test")
    send_all()
    assert api.get(answer["Location"]).json()["status"] == 204


def test_a_time_span_is_replayed_page_by_page(
    api: APIClient, owner: User, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "MOST_REPLAYED", 1)
    for _ in range(2):
        tell(owner)
    where = f"{PATH}{make(api, server.url('/'))['id']}/replay/"
    span = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
    first = api.post(where, span, format="json").json()
    assert first["deliveries"] == 1
    rest = api.post(where, {**span, "since": first["next"]}, format="json").json()
    assert rest == {"deliveries": 1, "next": None}


@pytest.mark.parametrize(
    ("form", "member", "code"),
    [
        ({"to": "2020-01-01T00:00:00Z", "from": "2021-01-01T00:00:00Z"}, "to", "invalid"),
        ({"since": "yesterday"}, "since", "invalid_cursor"),
        ({"since": cursors.encode(10**9)}, "since", "invalid_cursor"),
        ({"until": "2021-01-01T00:00:00Z"}, "until", "unknown_field"),
    ],
)
def test_a_wrong_span_is_refused(
    form: dict[str, Any], member: str, code: str, api: APIClient, server: BadServer
) -> None:
    made = make(api, server.url("/"))
    answer = api.post(f"{PATH}{made['id']}/replay/", form, format="json")
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(member, code)]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"url": "https://10.0.0.1/"}, "webhook_forbidden_address"),
        ({"url": "http://93.184.215.14/"}, "webhook_needs_https"),
        ({"url": "https://me:secret@example.com/"}, "webhook_bad_url"),
        ({"url": 7}, "invalid"),
        ({"url": "https://example.com/", "events": ["video.dances"]}, "unknown_event"),
        ({"url": "https://example.com/", "secret": "mine"}, "unknown_field"),
    ],
)
def test_a_wrong_form_is_refused(form: dict[str, Any], code: str, api: APIClient) -> None:
    answer = api.post(PATH, form, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code


@pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.1:9000", "[::1]", "169.254.1.1"])
def test_a_private_address_is_refused_with_the_setting_that_allows_it(
    host: str, api: APIClient, settings: LazySettings
) -> None:
    settings.WEBHOOK_PRIVATE = ()
    for scheme in ("http", "https"):
        [error] = api.post(PATH, {"url": f"{scheme}://{host}/"}, format="json").json()["errors"]
        assert (error["field"], error["code"]) == ("url", "webhook_forbidden_address")
        assert "can allow private addresses with VODLOOM_WEBHOOK_PRIVATE" in error["detail"]
    [error] = api.post(PATH, {"url": "http://localhost/"}, format="json").json()["errors"]
    assert error["code"] == "webhook_needs_https"
    assert "VODLOOM_WEBHOOK_PRIVATE" in error["detail"]


def test_what_staff_turned_off_stays_off(api: APIClient, server: BadServer) -> None:
    made = make(api, server.url("/"))
    path = f"{PATH}{made['id']}/"
    endpoints.turn_off_by_staff(made["id"])
    refused = api.patch(path, {"enabled": True}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "webhook_off_by_staff")
    assert api.patch(path, {"enabled": False}, format="json").status_code == 200
    assert api.patch(path, {"enabled": True}, format="json").status_code == 403
    endpoints.turn_on(made["id"])
    assert api.get(path).json()["enabled"]


def test_only_staff_hear_of_everybody(
    api: APIClient, moderator: User, as_user: Callable[[User], APIClient], server: BadServer
) -> None:
    form: dict[str, Any] = {"url": server.url("/"), "all_videos": True}
    assert api.post(PATH, form, format="json").json()["code"] == "webhook_for_staff"
    made = make(api, server.url("/"))
    changed = api.patch(f"{PATH}{made['id']}/", {"all_videos": True}, format="json")
    assert changed.status_code == 403
    assert make(as_user(moderator), server.url("/"), all_videos=True)["all_videos"]


def test_a_narrow_key_of_staff_has_no_webhook_for_everybody(
    moderator: User, as_user: Callable[[User], APIClient], server: BadServer
) -> None:
    whole = as_user(moderator)
    everybodys = make(whole, server.url("/"), all_videos=True)
    narrow = key_with(moderator, "read", "write")
    own = make(narrow, server.url("/"))
    changed = narrow.patch(f"{PATH}{own['id']}/", {"all_videos": True}, format="json")
    assert (changed.status_code, changed.json()["code"]) == (403, "webhook_for_staff")
    where = f"{PATH}{everybodys['id']}/"
    assert narrow.get(where).status_code == 404
    assert narrow.post(f"{where}rotate/").status_code == 404
    assert narrow.get(f"{where}deliveries/").status_code == 404
    assert [one["id"] for one in narrow.get(PATH).json()["results"]] == [own["id"]]
    assert whole.get(where).status_code == 200


def test_staff_who_lost_a_right_read_no_message_that_needed_it(
    api: APIClient,
    owner: User,
    moderator: User,
    as_user: Callable[[User], APIClient],
    server: BadServer,
) -> None:
    client = as_user(moderator)
    log = f"{PATH}{make(client, server.url('/'), all_videos=True)['id']}/deliveries/"
    tell(owner)
    tell(moderator)
    fan_out.read_log()
    theirs, own = WebhookDelivery.objects.order_by("position")
    assert client.get(f"{log}{theirs.pk}/").status_code == 200
    User.objects.filter(pk=moderator.pk).update(is_staff=False)
    assert [one["id"] for one in client.get(log).json()["results"]] == [str(own.pk)]
    assert client.get(f"{log}{theirs.pk}/").status_code == 404


def key_with(user: User, *scopes: str) -> APIClient:
    """A client with a key of these scopes."""
    _, secret = api_keys.issue(user, name="narrow", terms=api_keys.Terms(scopes=list(scopes)))
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def test_there_is_a_most(
    api: APIClient, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST_OF_ONE", 0)
    answer = api.post(PATH, {"url": server.url("/")}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


def test_the_webhooks_of_others_are_not_found(
    owner: User,
    moderator: User,
    stranger: User,
    as_user: Callable[[User], APIClient],
    server: BadServer,
) -> None:
    endpoint, _ = endpoint_at(owner, server.url("/"))
    tell(owner)
    fan_out.read_log()
    delivery = WebhookDelivery.objects.get()
    where = f"{PATH}{endpoint.pk}/"
    for other in (stranger, moderator):
        client = as_user(other)
        assert client.get(PATH).json()["results"] == []
        for path in (where, f"{where}deliveries/", f"{where}deliveries/{delivery.pk}/"):
            assert client.get(path).status_code == 404
        for path in ("rotate/", "test/", "replay/", f"deliveries/{delivery.pk}/send_again/"):
            assert client.post(where + path).status_code == 404
        assert client.patch(where, {"enabled": False}, format="json").status_code == 404
        assert client.delete(where).status_code == 404
        mine, _ = endpoint_at(other, server.url("/"))
        crossed = f"{PATH}{mine.pk}/deliveries/{delivery.pk}/"
        assert client.get(crossed).status_code == 404


def test_a_key_without_the_scopes_of_staff_has_no_hand_in_everybodys_webhooks(
    moderator: User, server: BadServer
) -> None:
    _, secret = api_keys.issue(moderator, name="key", terms=Terms(scopes=["read", "write"]))
    key = APIClient(headers={"Authorization": f"Bearer {secret}"})
    everybodys, _ = endpoints.create(moderator, server.url("/"), all_videos=True)
    for where in ("", "deliveries/"):
        assert key.get(f"{PATH}{everybodys.pk}/{where}").status_code == 404
    for where in ("rotate/", "test/", "replay/"):
        assert key.post(f"{PATH}{everybodys.pk}/{where}").status_code == 404
    own = f"{PATH}{make(key, server.url('/'))['id']}/"
    assert key.patch(own, {"all_videos": True}, format="json").status_code == 403
    assert key.patch(own, {"description": "Mine"}, format="json").status_code == 200
