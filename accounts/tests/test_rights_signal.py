"""Whoever listens is told after the commit that a user may do less, or more, than before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client

from accounts import api_keys, signals
from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """Whose rights were told to have changed."""
    heard: list[Any] = []

    def hear(user_id: Any, **_: Any) -> None:
        heard.append(user_id)

    signals.rights_changed.connect(hear)
    yield heard
    signals.rights_changed.disconnect(hear)


def _deactivate(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


def _change_password(user: User) -> None:
    user.set_password("another long password")
    user.save(update_fields=["password"])


def _revoke(user: User) -> None:
    api_keys.revoke(user.api_keys.get())


def _log_out(user: User) -> None:
    client = Client()
    client.force_login(user)
    client.logout()


def _join(user: User) -> None:
    user.groups.add(Group.objects.create(name="helpers"))


def _permit(user: User) -> None:
    user.user_permissions.add(Permission.objects.all()[0])


@pytest.mark.parametrize(
    "change",
    [_deactivate, _change_password, _revoke, _log_out, _join, _permit],
)
def test_a_change_of_one_user_names_the_user(
    owner: User, told: list[Any], change: Callable[[User], None]
) -> None:
    api_keys.issue(owner, name="one")
    change(owner)
    assert owner.pk in told


def test_the_deletion_of_a_user_names_the_user(owner: User, told: list[Any]) -> None:
    known = owner.pk
    owner.delete()
    assert known in told


def test_a_change_of_a_group_names_nobody(owner: User, told: list[Any]) -> None:
    group = Group.objects.create(name="helpers")
    group.permissions.add(Permission.objects.all()[0])
    assert told == [None]


def test_a_log_in_changes_no_rights(owner: User, told: list[Any]) -> None:
    owner.save(update_fields=["last_login"])
    api_keys.issue(owner, name="one")
    assert told == []


def test_it_is_told_after_the_commit(owner: User, told: list[Any]) -> None:
    with transaction.atomic():
        _deactivate(owner)
        assert told == []
    assert told == [owner.pk]
