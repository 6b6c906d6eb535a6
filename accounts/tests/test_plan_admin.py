"""Staff who may edit plans in the admin and give them to users."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Plan, User
from tests.planned import limit_free
from tests.staff import staff

pytestmark = pytest.mark.django_db
PLANS = "/admin/accounts/plan/"
FORM = {"label": "Team", "name": "team", "priority": "2", "running": "4", "budget": "2.5"}


@pytest.fixture
def browser(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    return client


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_plan_is_added_and_counts_at_once(browser: Client, owner: User) -> None:
    said = {**FORM, "stored_bytes": "5000", "profiles": ["default"]}
    assert browser.post(f"{PLANS}add/", said).status_code == 302
    User.objects.filter(pk=owner.pk).update(plan="team")
    owner.refresh_from_db()
    terms = owner.terms
    assert (terms.priority, terms.running, terms.budget) == (2, 4, 2.5)
    assert (terms.stored_bytes, terms.uploads_a_day, terms.profiles) == (5000, None, ("default",))
    entry = AuditEntry.objects.get(action="plan.created")
    assert (entry.target_name, entry.actor_email) == ("Team", "staff@example.com")


def test_a_change_is_in_the_audit_log_with_what_was(browser: Client) -> None:
    limit_free(uploads_a_day=5)
    plan = Plan.objects.get(name="free")
    said = {**FORM, "label": "Free", "priority": "0", "running": "2", "uploads_a_day": "7"}
    assert browser.post(f"{PLANS}{plan.pk}/change/", said | {"budget": "1"}).status_code == 302
    plan.refresh_from_db()
    assert (plan.name, plan.uploads_a_day) == ("free", 7)
    entry = AuditEntry.objects.get(action="plan.changed")
    assert entry.details == {"changed": {"uploads_a_day": [5, 7]}}


def test_a_plan_that_users_have_is_not_deleted(browser: Client, owner: User) -> None:
    free, pro = Plan.objects.get(name="free"), Plan.objects.get(name="pro")
    said = text(browser.post(f"{PLANS}{free.pk}/delete/", {"post": "yes"}))
    assert "1 user has the plan Free: give them another one first." in said
    User.objects.all().update(plan="staff")
    said = text(browser.post(f"{PLANS}{free.pk}/delete/", {"post": "yes"}))
    assert "Free is the plan of new users" in said
    assert browser.post(f"{PLANS}{pro.pk}/delete/", {"post": "yes"}).status_code == 302
    assert sorted(Plan.objects.values_list("name", flat=True)) == ["free", "staff"]


def test_the_list_says_how_many_users_have_each(browser: Client, owner: User) -> None:
    page = browser.get(PLANS).content.decode()
    assert '<a href="/admin/accounts/user/?plan=free">1</a>' in page
    listed = text(browser.get("/admin/accounts/user/?plan=free"))
    assert owner.email in listed
    assert "1 user" in listed


def test_a_user_gets_another_plan_and_their_usage_is_shown(browser: Client, owner: User) -> None:
    limit_free(uploads_a_day=9)
    where = f"/admin/accounts/user/{owner.pk}/change/"
    said = text(browser.get(where))
    assert "Usage 0 bytes stored" in said
    assert "0 uploads today of 9 uploads" in said
    form = {"email": owner.email, "plan": "pro", "is_active": "on", "can_upload": "on"}
    assert browser.post(where, form).status_code == 302
    owner.refresh_from_db()
    assert owner.plan == "pro"
    assert browser.post(where, form | {"plan": "none"}).status_code == 200
    entry = AuditEntry.objects.get(action="user.plan_changed")
    assert entry.details["changed"]["plan"] == ["free", "pro"]


def test_plans_are_for_those_who_may(client: Client) -> None:
    client.force_login(staff("s@example.com", "accounts.view_plan"))
    assert client.get(PLANS).status_code == 200
    assert client.post(f"{PLANS}add/", FORM).status_code == 403
    client.force_login(staff("t@example.com"))
    assert client.get(PLANS).status_code == 403
