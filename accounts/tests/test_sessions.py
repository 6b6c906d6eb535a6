"""Sessions: malformed cookies, and reading a session without renewing its key."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import credentials
from accounts.models import User


@pytest.mark.parametrize(
    "cookie",
    [
        '"\\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"',
        '"\\377' + "a" * 31 + '"',
        "a" * 33,
        "'--",
        "A" * 32,
    ],
)
def test_a_cookie_that_is_no_key_is_nobody(db: None, cookie: str) -> None:
    client = Client(headers={"cookie": f"sessionid={cookie}"})
    assert client.get("/account/")["Location"] == "/accounts/login/?next=/account/"
    assert client.get("/api/v1/videos/").status_code == 401
    spelled = credentials.cookie({"cookie": f"sessionid={cookie}"}, "sessionid")
    assert credentials.user_of_session(spelled) is None


def test_who_looks_at_a_session_of_the_key_before_does_not_end_it(
    client: Client, owner: User, settings: LazySettings
) -> None:
    client.force_login(owner)
    key = client.cookies["sessionid"].value
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is as long as it has to be, and new"
    assert credentials.user_of_session(key) == owner
    assert credentials.user_of_session(key) == owner
    assert client.get("/account/").status_code == 200
    assert client.cookies["sessionid"].value != key


def test_who_looks_at_a_session_of_another_password_does_not_end_it(
    client: Client, owner: User
) -> None:
    client.force_login(owner)
    User.objects.filter(pk=owner.pk).update(password="another")
    assert credentials.user_of_session(client.cookies["sessionid"].value) is None
    assert Session.objects.exists()
