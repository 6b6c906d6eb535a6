"""Users change by the API what is theirs to change, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.api_keys import Terms
from accounts.models import AuditEntry, User
from accounts.scopes import Scope
from tests.described import DescribedClient

URL = "/api/v1/me/"
pytestmark = pytest.mark.django_db


def change(api: APIClient, form: Any, **about: Any) -> Any:
    return api.patch(URL, form, format="json", **about)


def refused(answer: Any) -> dict[str, str]:
    """The code by member."""
    assert answer.status_code == 400
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_a_name_is_changed_and_recorded_with_the_key_that_did(owner: User, api: APIClient) -> None:
    User.objects.filter(pk=owner.pk).update(first_name="Ada", last_name="Byron")
    answer = change(api, {"name": "  A\0da\u202e Lovelace\n"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Ada Lovelace")
    assert answer.json() == api.get(URL).json()
    owner.refresh_from_db()
    assert (owner.first_name, owner.last_name) == ("Ada Lovelace", "")
    entry = AuditEntry.objects.get(action="user.changed")
    assert (entry.actor, entry.target_id, entry.via) == (owner, str(owner.pk), "key")
    assert entry.details == {"changed": {"name": ["Ada Byron", "Ada Lovelace"]}}


@pytest.mark.parametrize("form", [{}, {"name": "Ada"}])
def test_what_changes_nothing_is_not_recorded(owner: User, api: APIClient, form: Any) -> None:
    User.objects.filter(pk=owner.pk).update(first_name="Ada")
    assert change(api, form).json()["name"] == "Ada"
    assert not AuditEntry.objects.filter(action="user.changed").exists()


@pytest.mark.parametrize("name", ["", " ", "\u200b\u202e"])
def test_a_name_is_taken_away(owner: User, api: APIClient, name: str) -> None:
    User.objects.filter(pk=owner.pk).update(first_name="Ada")
    assert change(api, {"name": name}).json()["name"] == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x" * 151, "max_length"),
        (None, "null"),
        (7, "invalid"),
        (["Ada"], "invalid"),
    ],
)
def test_what_is_no_name_is_refused(owner: User, api: APIClient, name: Any, code: str) -> None:
    assert refused(change(api, {"name": name})) == {"name": code}


def test_nobody_changes_an_address_a_plan_or_a_right_here(owner: User, api: APIClient) -> None:
    before = api.get(URL).json()
    wrong = {
        "email": "other@example.com",
        "email_verified": True,
        "plan": "staff",
        "is_staff": True,
        "can_upload": False,
        "rights": ["videos.moderate_video"],
    }
    codes = {"email": "email_needs_confirmation", **dict.fromkeys(list(wrong)[1:], "read_only")}
    stranger = {"is_superuser": "unknown_field", "password": "unknown_field"}
    form = {"name": "Eve", **wrong, "is_superuser": True, "password": "x"}
    assert refused(change(api, form)) == codes | stranger
    assert api.get(URL).json() == before


def test_of_two_changes_the_second_is_told(owner: User, api: APIClient) -> None:
    seen = api.get(URL)["ETag"]
    assert change(api, {"name": "Ada"}, HTTP_IF_MATCH=seen).status_code == 200
    second = change(api, {"name": "Eve"}, HTTP_IF_MATCH=seen)
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    owner.refresh_from_db()
    assert owner.first_name == "Ada"


def test_a_session_changes_it_with_its_token_alone(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.patch(URL, {"name": "Ada"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    trusted = Client()
    trusted.force_login(owner)
    assert trusted.patch(URL, {"name": "Ada"}, "application/json").json()["name"] == "Ada"
    assert AuditEntry.objects.get(action="user.changed").via == "session"


def test_a_key_needs_the_scope_to_write(owner: User) -> None:
    _, secret = api_keys.issue(owner, name="reader", terms=Terms(scopes=[Scope.READ]))
    answer = change(DescribedClient(headers={"Authorization": f"Bearer {secret}"}), {"name": "Eve"})
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    owner.refresh_from_db()
    assert owner.first_name == ""
