"""Where staff need a second factor, they can do nothing without one but add it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts import credentials
from accounts.models import User


@pytest.fixture(autouse=True)
def _required(settings: LazySettings) -> None:
    cache.clear()
    settings.STAFF_MFA_REQUIRED = True


@pytest.fixture
def browser(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


def test_staff_without_a_factor_are_led_to_add_one(browser: Client) -> None:
    for path in ("/", "/admin/", "/account/", "/api/docs/"):
        assert browser.get(path)["Location"] == "/account/security/"
    assert "Staff of this site need" in browser.get("/account/security/").content.decode()
    assert browser.get("/accounts/2fa/webauthn/add/")["Location"].startswith("/accounts/reauth")
    answer = browser.get("/api/v1/videos/")
    assert answer.status_code == 403
    assert answer.json()["code"] == "second_factor_needed"


def test_a_session_of_theirs_opens_nothing_else_either(browser: Client, moderator: User) -> None:
    key = browser.session.session_key
    assert credentials.user_of_session(key) is None

    totp.TOTP.activate(moderator, totp.generate_totp_secret())

    assert credentials.user_of_session(key) == moderator
    assert browser.get("/admin/").status_code == 200


def test_an_app_of_theirs_is_told_why_it_is_refused(moderator: User) -> None:
    login = {"email": moderator.email, "password": "a long password"}
    answer = Client().post("/api/v1/auth/login/", login, content_type="application/json")
    bearer = {"Authorization": f"Bearer {answer.json()['meta']['access_token']}"}

    refused = Client().get("/api/v1/videos/", headers=bearer)
    assert refused.status_code == 403
    assert refused.json()["code"] == "second_factor_needed"
    assert Client().get("/api/v1/account/authenticators/", headers=bearer).status_code == 200


def test_others_and_keys_need_none(
    owner: User, moderator: User, client: Client, as_user: Callable[[User], APIClient]
) -> None:
    client.force_login(owner)

    assert client.get("/").status_code == 200
    assert as_user(moderator).get("/api/v1/videos/").status_code == 200
