"""Callers learn who they are, what they may, and what they have used of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from accounts.models import User
from config import schema
from tests.planned import limit_free
from tests.staff import only_a_moderator
from videos.tests.test_quotas import begin, keep

URL = "/api/v1/me/"
pytestmark = pytest.mark.django_db


def test_an_account_is_told_with_its_plan_and_the_key_that_asks(
    owner: User, api: APIClient
) -> None:
    User.objects.update(first_name="Ada", last_name="Lovelace")
    owner.groups.add(Group.objects.create(name="Film club"))
    told = api.get(URL).json()
    assert (told["id"], told["email"], told["name"]) == (str(owner.pk), owner.email, "Ada Lovelace")
    assert (told["roles"], told["rights"]) == (["Film club"], [])
    assert (told["can_upload"], told["is_staff"]) == (True, False)
    assert (told["plan"]["name"], told["plan"]["label"]) == ("free", "Free")
    key = owner.api_keys.get()
    assert told["key"] == {
        "id": str(key.pk),
        "name": "test",
        "scopes": key.scopes,
        "expires_at": None,
    }
    unlimited = {"limit": None, "used": 0, "left": None, "unit": "bytes", "resets_at": None}
    assert told["quotas"]["stored_bytes"] == unlimited


def test_what_is_used_and_left_is_told_for_each_quota(owner: User, api: APIClient) -> None:
    limit_free(uploads_at_once=3, uploads_a_day=9, stored_minutes=10, stored_bytes=5000)
    keep(owner, 4500, seconds=90)
    begin(owner, 400)
    limit_free(longest_video=60, api_rate=120, stored_bytes=4800)
    told = api.get(URL).json()
    left = {name: (one["used"], one["left"]) for name, one in told["quotas"].items()}
    assert left == {
        "uploads_at_once": (1, 2),
        "uploads_a_day": (1, 8),
        "stored_minutes": (1.5, 8.5),
        "stored_bytes": (4900, 0),
        "largest_file": (None, None),
        "longest_video": (None, 60),
    }
    assert told["quotas"]["uploads_a_day"]["resets_at"].endswith("T00:00:00Z")
    assert told["plan"]["api_rate"] == 120


def test_what_is_counted_is_whole_and_minutes_have_tenths(owner: User, api: APIClient) -> None:
    limits = {"uploads_at_once": 3, "uploads_a_day": 9, "stored_minutes": 10, "stored_bytes": 5000}
    limit_free(**limits, largest_file=4000, longest_video=60)
    keep(owner, 100, seconds=60)
    quotas = api.get(URL).json()["quotas"]
    minutes = quotas.pop("stored_minutes")
    assert (repr(minutes["used"]), repr(minutes["left"])) == ("1.0", "9.0")
    numbers = [one[name] for one in quotas.values() for name in ("limit", "used", "left")]
    assert {type(number) for number in numbers} == {int, type(None)}
    assert numbers.count(None) == 2  # of what is a limit of a single file
    schemas = schema.document()["components"]["schemas"]
    told = {
        name: schemas[name]["properties"]["used"]["type"]
        for name in ("Standing", "MinutesStanding")
    }
    assert told == {"Standing": ["integer", "null"], "MinutesStanding": "number"}


def test_staff_read_what_they_may_and_a_session_has_no_key(client: Any) -> None:
    client.force_login(only_a_moderator())
    told = client.get(URL).json()
    assert (told["key"], told["is_staff"], told["roles"]) == (None, True, ["Moderators"])
    assert "videos.moderate_video" in told["rights"]


def test_whoever_uploads_much_needs_no_more_queries(
    owner: User,
    stranger: User,
    as_user: Callable[[User], APIClient],
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(20):
        keep(owner, 1 + number)
        begin(owner)
    for user in (owner, stranger):
        api = as_user(user)
        api.get(URL)
        with django_assert_max_num_queries(9):
            api.get(URL)


def test_nobody_else_is_told_anything() -> None:
    assert APIClient().get(URL).status_code == 401
    assert APIClient().post(URL).status_code == 401
