"""The admin has no log-in and no form of a password of its own: those of the site count attempts,
ask for second factors and tell the owner."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts.models import User
from tests import staff
from tests.log_ins import PASSWORD

NEW = "another long password"


@pytest.fixture
def root(db: None) -> User:
    """An administrator with a second factor."""
    user = User.objects.create_superuser("root@example.com", PASSWORD)
    totp.TOTP.activate(user, totp.generate_totp_secret())
    return user


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("who", ["nobody", "somebody", "staff"])
def test_a_password_alone_does_not_make_anybody_an_administrator(root: User, who: str) -> None:
    client, before = Client(), None
    if who != "nobody":
        user = User.objects.create_user("ada@example.com", PASSWORD)
        user = staff.viewer_only() if who == "staff" else user
        client, before = logged_in(user), str(user.pk)
    form = {"username": root.email, "login": root.email, "password": PASSWORD}

    answer = client.post("/admin/login/?next=/admin/", form)

    assert answer.status_code in (302, 403)
    assert client.session.get(SESSION_KEY) == before
    assert Authenticator.objects.exists()


def test_staff_who_are_logged_in_are_led_on(db: None) -> None:
    client = logged_in(staff.viewer_only())
    for answer in (client.get("/admin/login/"), client.post("/admin/login/")):
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_password_is_changed_on_the_page_of_the_account(root: User, method: str) -> None:
    client = logged_in(root)
    form: dict[str, Any] = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}

    answer = getattr(client, method)("/admin/password_change/", form)

    assert (answer.status_code, answer["Location"]) == (302, "/account/security/#password")
    root.refresh_from_db()
    assert root.check_password(PASSWORD)
