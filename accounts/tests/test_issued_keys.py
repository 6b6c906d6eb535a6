"""Nobody holds a key of somebody who may do more: keys end when their users outgrow the issuer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from rest_framework.test import APIClient

from accounts import api_keys, issued_keys, roles
from accounts.actor import SESSION, Actor, acting
from accounts.api_keys import Terms
from accounts.models import ApiKey, AuditEntry, OutgoingMail, User
from processing.reconciler.duties import DUTIES
from tests import staff

pytestmark = pytest.mark.django_db
Committed = Callable[..., Any]
CLERK = [f"accounts.{deed}_{of}" for deed in ("view", "change", "add") for of in ("user", "apikey")]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Committed) -> Callable[[], Any]:
    """What is done inside is committed, with all that follows a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def clerk() -> User:
    """Staff who look after accounts and keys, and may do nothing else."""
    return staff.staff("clerk@example.com", *CLERK)


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.com", "a long password")


def stands(key: ApiKey) -> bool:
    key.refresh_from_db()
    return key.revoked_at is None


def issued(user: User, by: User | None = None, **terms: Any) -> ApiKey:
    return api_keys.issue(user, name="ci", terms=Terms(**terms), by=by)[0]


def mails(user: User) -> list[str]:
    return list(
        OutgoingMail.objects.filter(to=user).order_by("pk").values_list("template", flat=True)
    )


def _role(user: User) -> None:
    roles.give(user, "operator")


def _permission(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="moderate_video"))


def _superuser(user: User) -> None:
    user.is_staff = user.is_superuser = True
    user.save()


def _group(user: User) -> None:
    """Rights of a group in which the user is already."""
    group = roles.group_of("viewer")
    group.permissions.clear()
    roles.give(user, "viewer")
    group.permissions.add(Permission.objects.get(codename="delete_video"))


@pytest.mark.parametrize("grow", [_role, _permission, _superuser, _group])
def test_a_key_ends_when_its_user_outgrows_whoever_issued_it(
    clerk: User, owner: User, committed: Any, grow: Callable[[User], None]
) -> None:
    of_clerk, own = issued(owner, clerk), issued(owner)
    with committed():
        grow(owner)
    assert not stands(of_clerk)
    assert stands(own)
    entry = AuditEntry.objects.get(action="api_key.revoked")
    assert (entry.target_id, entry.details["reason"]) == (str(of_clerk.pk), issued_keys.OUTGROWN)
    assert "mail/key_ended" in mails(owner)


def test_a_key_stays_while_its_issuer_has_what_its_user_has(
    root: User, clerk: User, owner: User, committed: Any
) -> None:
    of_root, of_clerk = issued(owner, root), issued(owner, clerk)
    with committed():
        owner.user_permissions.add(Permission.objects.get(codename="view_user"))
        User.objects.filter(pk=owner.pk).update(is_staff=True)
        owner.refresh_from_db()
        owner.save()
    assert stands(of_clerk)
    with committed():
        _role(owner)
    assert stands(of_root)
    assert not stands(of_clerk)


def _deactivate(issuer: User) -> None:
    issuer.is_active = False
    issuer.save()


def _take_rights(issuer: User) -> None:
    issuer.user_permissions.clear()


def _dismiss(issuer: User) -> None:
    issuer.is_staff = False
    issuer.save()


def _delete(issuer: User) -> None:
    issuer.delete()


@pytest.mark.parametrize("lose", [_deactivate, _take_rights, _dismiss, _delete])
def test_a_key_of_staff_ends_with_the_rights_of_whoever_issued_it(
    owner: User, clerk: User, committed: Any, lose: Callable[[User], None]
) -> None:
    colleague = staff.staff("colleague@example.com", *CLERK)
    of_staff, of_owner = issued(colleague, clerk), issued(owner, clerk)
    with committed():
        lose(clerk)
    assert not stands(of_staff)
    assert stands(of_owner), "who has no rights of staff lends none"


def test_a_key_whose_issuer_is_gone_ends_with_a_promotion(
    owner: User, clerk: User, committed: Any
) -> None:
    key = issued(owner, clerk)
    with committed():
        clerk.delete()
    assert stands(key)
    with committed():
        _role(owner)
    assert not stands(key)


def test_a_key_made_with_a_key_is_of_whoever_issued_that(
    clerk: User, owner: User, committed: Any
) -> None:
    first, secret = api_keys.issue(owner, name="first", by=clerk)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    made = api.post("/api/v1/keys/", {"name": "second", "scopes": ["read"]}, format="json")
    second = ApiKey.objects.get(pk=made.json()["id"])
    assert second.issued_by == clerk
    with committed():
        _role(owner)
    assert not stands(first)
    assert not stands(second)


def test_a_key_issued_while_its_user_is_promoted_ends_too(
    clerk: User, owner: User, committed: Any
) -> None:
    _role(owner)  # after the issuer's form was checked
    with committed():
        key = issued(owner, clerk)
    assert not stands(key)


def test_the_reconciler_ends_what_no_signal_told_of(clerk: User, owner: User) -> None:
    key = issued(owner, clerk)
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    (duty,) = [one for one in DUTIES if one.name == "end_outgrown_keys"]
    assert duty.run() == 1
    assert not stands(key)
    assert duty.run() == 0


def test_a_role_tells_which_own_keys_may_use_it(owner: User) -> None:
    issued(owner, scopes=["read", "moderate"])
    api_keys.revoke(issued(owner, scopes=["admin"]))
    issued(owner, scopes=["read", "upload", "write"])
    roles.give(owner, "moderator")
    (mail,) = OutgoingMail.objects.filter(to=owner)
    assert mail.template == "mail/key_rights"
    assert len(mail.context["keys"]) == 1
    roles.give(owner, "moderator")
    roles.take(owner, "moderator")
    assert OutgoingMail.objects.count() == 1


def test_whoever_has_no_such_key_is_told_nothing(owner: User) -> None:
    issued(owner, scopes=["read", "upload", "write"])
    roles.give(owner, "administrator")
    assert not OutgoingMail.objects.exists()


def test_rights_from_the_admin_are_told_and_end_keys(
    root: User, clerk: User, owner: User, committed: Any
) -> None:
    of_clerk, own = issued(owner, clerk), issued(owner)
    client = Client()
    client.force_login(root)
    page = f"/admin/accounts/user/{owner.pk}/change/"
    form = {"email": owner.email, "plan": owner.plan, "is_active": "on"}
    with committed():
        assert client.post(page, form | {"first_name": "Ada"}).status_code == 302
    assert stands(of_clerk) and not mails(owner)
    groups = {"is_staff": "on", "groups": [roles.group_of("operator").pk]}
    with committed():
        assert client.post(page, form | groups).status_code == 302
    assert not stands(of_clerk) and stands(own)
    assert set(mails(owner)) == {"mail/key_rights", "mail/key_ended"}


def test_the_admin_notes_who_issues_a_key_and_the_page_tells(clerk: User, owner: User) -> None:
    client = Client()
    client.force_login(clerk)
    form = {"user": str(owner.pk), "name": "ci", "allowed": ["read"], "lives": "365"}
    assert client.post("/admin/accounts/apikey/add/", form).status_code == 302
    assert ApiKey.objects.get().issued_by == clerk
    client.force_login(owner)
    assert "by staff of this site" in client.get("/account/keys/").content.decode()
    ApiKey.objects.all().delete()
    issued(owner)
    assert "by staff of this site" not in client.get("/account/keys/").content.decode()


@contextmanager
def _as(user: User) -> Iterator[None]:
    with acting(Actor(user, SESSION)):
        yield


def test_an_upgrade_finds_the_issuers_in_the_audit_log(clerk: User, owner: User) -> None:
    gone = staff.staff("gone@example.com", *CLERK)
    own = issued(owner)
    with _as(clerk):
        of_clerk = issued(owner)
    with _as(gone):
        of_gone = issued(owner)
    with _as(owner):
        made = issued(owner)
    gone.delete()
    ApiKey.objects.update(issued_by=None)
    migration = MigrationExecutor(connection).loader.get_migration(
        "accounts", "0016_issuers_of_keys"
    )
    apps = MigrationExecutor(connection).loader.project_state(("accounts", migration.name)).apps
    with transaction.atomic():
        migration.operations[0].code(apps, None)  # type: ignore[attr-defined]  # RunPython's
    found = dict(ApiKey.objects.values_list("pk", "issued_by"))
    assert found == {
        own.pk: owner.pk,
        made.pk: owner.pk,
        of_clerk.pk: clerk.pk,
        of_gone.pk: None,
    }
