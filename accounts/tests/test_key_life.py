"""A key's whole life over HTTP: made, used within its terms, and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys, scopes, signals
from accounts.api_keys import Terms
from accounts.models import ApiKey, AuditEntry, User
from accounts.rights import Right, may
from accounts.scopes import Scope

URL = "/api/v1/keys/"
VIDEOS = "/api/v1/videos/"


def bearing(secret: str, address: str = "192.0.2.7") -> APIClient:
    client = APIClient(REMOTE_ADDR=address)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def keeper(owner: User) -> APIClient:
    """The owner with a key that may do everything."""
    return bearing(api_keys.issue(owner, name="all")[1])


def form(**other: Any) -> dict[str, Any]:
    return {"name": "ci", "scopes": ["read"], **other}


def test_a_key_is_made_shown_once_used_and_revoked(keeper: APIClient, owner: User) -> None:
    made = keeper.post(URL, form(addresses=["192.0.2.0/24"]), format="json")
    assert made.status_code == 201, made.json()
    told = made.json()
    secret, where = told.pop("secret"), made["Location"]
    assert made["Cache-Control"] == "no-store"
    assert keeper.get(where).json() == told
    assert told["last_used_at"] is None
    assert bearing(secret).get(VIDEOS).status_code == 200
    told = keeper.get(where).json()
    assert told["last_used_at"] and told["last_used_from"] == "192.0.2.7"
    assert secret not in str(keeper.get(URL).json())
    assert keeper.delete(where).status_code == 204
    assert bearing(secret).get(VIDEOS).json()["code"] == "bad_api_key"
    assert keeper.get(where).status_code == keeper.delete(where).status_code == 404
    assert secret not in str(AuditEntry.objects.values())
    told_of = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert told_of == ["api_key.created", "api_key.created", "api_key.revoked"]


def test_a_session_manages_keys_too(owner: User, client: Client) -> None:
    client.force_login(owner)
    made = client.post(URL, form(), content_type="application/json")
    assert made.status_code == 201
    assert client.delete(made["Location"]).status_code == 204


def test_keys_of_others_are_not_there(keeper: APIClient, stranger: User) -> None:
    theirs, _ = api_keys.issue(stranger, name="theirs")
    assert [one["name"] for one in keeper.get(URL).json()["results"]] == ["all"]
    assert keeper.get(f"{URL}{theirs.pk}/").status_code == 404
    assert keeper.delete(f"{URL}{theirs.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("other", "member", "code"),
    [
        ({"scopes": []}, "scopes", "empty"),
        ({"scopes": ["all"]}, "scopes.0", "invalid_choice"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at", "past"),
        ({"addresses": ["here"]}, "addresses", "address_invalid"),
        ({"user": 1}, "user", "unknown_field"),
    ],
)
def test_what_is_wrong_with_a_key_is_told(
    keeper: APIClient, other: dict[str, Any], member: str, code: str
) -> None:
    problem = keeper.post(URL, form(**other), format="json").json()
    assert problem["status"] == 400
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(member, code)]
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("other", "member"),
    [
        ({"scopes": ["read", "write"]}, "scopes"),
        ({"expires_at": None}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"addresses": []}, "addresses"),
        ({"addresses": ["192.0.0.0/16"]}, "addresses"),
    ],
)
def test_a_key_makes_none_that_can_do_more(owner: User, other: dict[str, Any], member: str) -> None:
    soon = timezone.now() + timedelta(hours=1)
    terms = Terms(scopes=["admin", "read"], expires_at=soon, addresses=["192.0.2.0/24"])
    maker = bearing(api_keys.issue(owner, name="maker", terms=terms)[1])
    within = {"expires_at": soon.isoformat(), "addresses": ["192.0.2.7"]}
    assert maker.post(URL, form(**within), format="json").status_code == 201
    problem = maker.post(URL, form(**within | other), format="json").json()
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(member, "exceeds_key")]


def test_a_user_has_a_hundred_keys(keeper: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MOST_OF_ONE", 2)
    assert keeper.post(URL, form(), format="json").status_code == 201
    answer = keeper.post(URL, form(), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_keys")


def test_a_key_ends_by_itself(owner: User) -> None:
    terms = Terms(expires_at=timezone.now() + timedelta(hours=1))
    key, secret = api_keys.issue(owner, name="ci", terms=terms)
    assert bearing(secret).get(VIDEOS).status_code == 200
    ApiKey.objects.update(expires_at=timezone.now())
    assert bearing(secret).get(VIDEOS).json()["code"] == "bad_api_key"
    assert api_keys.live(key.pk, "192.0.2.7") is None


def test_a_key_is_used_from_its_addresses(owner: User) -> None:
    terms = Terms(addresses=["192.0.2.0/24", "2001:db8::/48"])
    _, secret = api_keys.issue(owner, name="ci", terms=terms)
    for address in ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1"):
        assert bearing(secret, address).get(VIDEOS).status_code == 200
    for address in ("192.0.3.7", "2001:db9::1", ""):
        answer = bearing(secret, address).get(VIDEOS, headers={"X-Forwarded-For": "192.0.2.7"})
        assert (answer.status_code, answer.json()["code"]) == (403, "address_not_allowed")


def test_what_was_there_before_may_still_do_everything(owner: User) -> None:
    """The version before writes none of the new columns."""
    key, _ = api_keys.issue(owner, name="old", terms=Terms(scopes=["read"]))
    names = "name, hint, created_at, user_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO accounts_apikey (id, digest, {names}) "
            f"SELECT %s, %s, {names} FROM accounts_apikey",
            [uuid4().hex, api_keys._digest("vl_old")],
        )
    found = api_keys.find("vl_old", None)
    assert found is not None and found.pk != key.pk
    assert (found.user.scopes, found.addresses, found.expires_at) == (scopes.ALL, [], None)


@pytest.mark.parametrize(
    ("held", "sees", "moderates", "changes"),
    [
        (["read", "upload", "write"], False, False, False),
        (["moderate"], True, True, False),
        (["admin"], True, True, True),
    ],
)
def test_powers_over_others_need_a_scope(
    moderator: User, held: list[str], sees: bool, moderates: bool, changes: bool
) -> None:
    _, secret = api_keys.issue(moderator, name="ci", terms=Terms(scopes=held))
    found = api_keys.find(secret, None)
    assert found is not None
    assert may(found.user, Right.VIEW_VIDEOS) is sees
    assert may(found.user, *Right.moderation()) is moderates
    assert may(found.user, Right.CHANGE_VIDEOS) is changes
    assert may(moderator, Right.CHANGE_VIDEOS)


@pytest.mark.django_db(transaction=True)
def test_who_listens_hears_of_a_revocation_once(owner: User) -> None:
    heard: list[object] = []

    def hear(user_id: object, **_: object) -> None:
        heard.append(user_id)

    key, _ = api_keys.issue(owner, name="ci")
    signals.rights_changed.connect(hear)
    try:
        api_keys.revoke(key)
        api_keys.revoke(key)
    finally:
        signals.rights_changed.disconnect(hear)
    assert heard == [owner.pk]


def test_every_scope_has_its_sentence() -> None:
    assert set(scopes.MEANINGS) == set(Scope) == scopes.ALL
    assert scopes.OF_APPS < scopes.ALL


def test_the_admin_issues_with_terms(
    moderator: User, owner: User, client: Client, as_user: Callable[[User], APIClient]
) -> None:
    client.force_login(moderator)
    sent = {"user": str(owner.pk), "name": "ci", "allowed": ["read"], "lives": "7"}
    sent["places"] = "192.0.2.7\n2001:db8::/48"
    page = client.post("/admin/accounts/apikey/add/", sent, follow=True).content.decode()
    assert "Copy it now" in page
    key = ApiKey.objects.get()
    assert (key.scopes, key.addresses) == (["read"], ["192.0.2.7", "2001:db8::/48"])
    shown = client.get(f"/admin/accounts/apikey/{key.pk}/change/").content.decode()
    assert "192.0.2.7, 2001:db8::/48" in shown
