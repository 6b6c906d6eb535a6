"""Roles: groups that come with Vodloom, and who may give them."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import roles
from accounts.models import AuditEntry, Role, User
from accounts.rights import may
from tests import staff


def _with(role: str, email: str = "staff@example.com") -> User:
    user = User.objects.create_user(email, "a long password")
    roles.give(user, role)
    return User.objects.get(pk=user.pk)


def _names(group: Group) -> set[str]:
    rows = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def _desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_each_role_is_a_group_with_its_permissions(db: None) -> None:
    assert set(Role.objects.values_list("name", flat=True)) == set(Role.Name)
    assert _names(roles.group_of("moderator")) == set(roles.GRANTS["moderator"])
    assert not any("accounts.change" in name for name in _names(roles.group_of("operator")))
    whole = _names(roles.group_of("administrator"))
    assert {"accounts.change_user", "accounts.give_role", "accounts.export_auditentry"} <= whole
    for name in ("viewer", "moderator", "operator", "uploader"):
        assert _names(roles.group_of(name)) <= whole


def test_what_an_administrator_gave_or_took_stays(db: None) -> None:
    group = roles.group_of("viewer")
    added = Permission.objects.get(codename="view_worker")
    taken = Permission.objects.get(codename="view_image")
    group.permissions.add(added)
    group.permissions.remove(taken)
    roles.apply()
    assert added in group.permissions.all()
    assert taken not in group.permissions.all()


def test_the_permission_of_a_new_model_reaches_the_roles_that_name_it(db: None) -> None:
    for role in Role.objects.all():
        role.given = [name for name in role.given if name != "processing.view_worker"]
        role.save()
        role.group.permissions.remove(Permission.objects.get(codename="view_worker"))
    roles.apply("processing")
    having = {role.name for role in Role.objects.filter(group__permissions__codename="view_worker")}
    assert having == {"operator", "administrator"}


def test_a_group_of_somebody_elses_making_is_left_alone(db: None) -> None:
    roles.group_of("operator").delete()
    own = Group.objects.create(name="Operators")
    roles.apply()
    assert not own.permissions.exists()
    assert roles.group_of("operator").name == "Operators (role)"


def test_the_command_gives_takes_and_lists(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("role", owner.email, "operator")
    call_command("role")
    assert capsys.readouterr().out.splitlines() == ["owner@example.com: operator"] * 2
    assert may(User.objects.get(pk=owner.pk), "processing.prioritize_run")
    with pytest.raises(CommandError):
        call_command("role", owner.email, "operator")
    call_command("role", owner.email, "operator", remove=True)
    assert not User.objects.get(pk=owner.pk).is_staff
    given, taken = AuditEntry.objects.filter(action__startswith="user.role").order_by("id")
    assert (given.action, taken.action) == ("user.role_given", "user.role_taken")
    assert given.details == {"role": "operator"}
    with pytest.raises(CommandError):
        call_command("role", "nobody@example.com", "viewer")


def test_whoever_keeps_a_role_stays_staff(owner: User) -> None:
    for name in ("viewer", "moderator", "uploader"):
        roles.give(owner, name)
    roles.take(owner, "viewer")
    assert User.objects.get(pk=owner.pk).is_staff
    roles.take(owner, "moderator")
    assert not User.objects.get(pk=owner.pk).is_staff


def test_an_administrator_gives_roles_but_makes_nobody_a_superuser(owner: User) -> None:
    desk = _desk(_with("administrator"))
    page = f"/admin/accounts/user/{owner.pk}/change/"
    form = {"email": owner.email, "plan": owner.plan, "is_active": "on", "can_upload": "on"}
    more = {"is_staff": "on", "is_superuser": "on", "groups": [roles.group_of("operator").pk]}
    assert desk.post(page, {**form, **more}).status_code == 302
    owner.refresh_from_db()
    assert owner.is_staff
    assert not owner.is_superuser
    assert [role.name for role in roles.of(owner)] == ["operator"]
    entry = AuditEntry.objects.get(action="user.roles_changed", target_id=str(owner.pk))
    assert entry.details["changed"]["groups"] == [[], ["Operators"]]


def test_nobody_gives_a_group_with_rights_that_they_lack(owner: User) -> None:
    rights = ("accounts.view_user", "accounts.change_user", "accounts.give_role")
    desk = _desk(staff.staff("giver@example.com", *rights))
    page = f"/admin/accounts/user/{owner.pk}/change/"
    form = {"email": owner.email, "plan": owner.plan, "is_active": "on", "is_staff": "on"}
    answer = desk.post(page, {**form, "groups": [roles.group_of("administrator").pk]})
    assert answer.status_code == 200
    assert not owner.groups.exists()


def test_an_operator_changes_no_user_and_no_group(owner: User) -> None:
    desk = _desk(_with("operator"))
    for page in ("accounts/user/", "auth/group/", "accounts/apikey/", "accounts/invitation/"):
        assert desk.get(f"/admin/{page}").status_code == 403
    for page in ("processing/job/", "processing/worker/", "accounts/auditentry/"):
        assert desk.get(f"/admin/{page}").status_code == 200


def test_where_it_takes_the_role_others_may_not_upload(owner: User, settings: LazySettings) -> None:
    assert owner.may_upload
    settings.UPLOADERS = "role"
    assert not User.objects.get(pk=owner.pk).may_upload
    roles.give(owner, "uploader")
    assert User.objects.get(pk=owner.pk).may_upload
    User.objects.update(can_upload=False)
    assert not User.objects.get(pk=owner.pk).may_upload
