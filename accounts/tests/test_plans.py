"""Plans are rows; every process knows them, and a change acts soon."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import plans
from accounts.models import Plan, User
from accounts.plans import PlanName, Terms, terms_named
from tests.shipped_plans import KEPT_SECONDS

pytestmark = pytest.mark.django_db


def test_the_shipped_plans_limit_what_they_always_did_and_nothing_more() -> None:
    assert terms_named(PlanName.FREE) == Terms(0, 2, 1, label="Free")
    assert terms_named(PlanName.PRO) == Terms(1, 8, 10, label="Pro")
    assert terms_named(PlanName.STAFF) == Terms(3, 64, None, label="Staff")


def test_a_plan_of_no_row_counts_as_that_of_new_users(settings: Any) -> None:
    assert terms_named("gone") == terms_named(PlanName.FREE)
    settings.DEFAULT_PLAN = "pro"
    assert terms_named("gone") == terms_named(PlanName.PRO)
    settings.DEFAULT_PLAN = "nowhere"
    assert terms_named("gone") == terms_named(PlanName.FREE)
    Plan.objects.all().delete()
    plans.forget()
    assert terms_named("gone") == Terms(0, 2, 1, label="Free")


def test_new_users_get_the_plan_that_a_setting_names(settings: Any) -> None:
    settings.DEFAULT_PLAN = "pro"
    assert User.objects.create_user("p@example.com").terms.running == 8
    assert User.objects.create_superuser("s@example.com").plan == PlanName.STAFF


def test_the_plans_of_all_users_take_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert [terms_named(name).running for name in PlanName.values * 20] == [2, 8, 64] * 20


def test_a_change_elsewhere_acts_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("accounts.plans._KEPT_SECONDS", KEPT_SECONDS)
    monkeypatch.setattr("accounts.plans.time.monotonic", lambda: now)
    assert terms_named("free").running == 2
    Plan.objects.filter(name="free").update(running=5)
    assert terms_named("free").running == 2
    now += 5.0
    assert terms_named("free").running == 5


def test_a_change_in_this_process_acts_at_once() -> None:
    assert terms_named("free").running == 2
    plan = Plan.objects.get(name="free")
    plan.running = 3
    plan.save()
    assert terms_named("free").running == 3
