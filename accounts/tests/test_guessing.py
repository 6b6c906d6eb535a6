"""A password is guessed nowhere: where a session asks for it, it counts as at the log-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from config.env.rates import Rate
from tests.log_ins import PASSWORD, create_user, session_of

NEW = "another long password"
Ask = Callable[[Client, User, str], Any]


@pytest.fixture
def ada(db: None, settings: LazySettings) -> User:
    """Somebody who has three attempts an hour."""
    settings.RATES = replace(settings.RATES, account=Rate(3, 3600))
    return create_user("ada@example.com")


def change(client: Client, user: User, password: str) -> Any:
    form = {"oldpassword": password, "password1": NEW, "password2": NEW}
    return client.post("/accounts/password/change/", form)


def prove(client: Client, user: User, password: str) -> Any:
    return client.post("/accounts/reauthenticate/", {"password": password})


def change_in_app(client: Client, user: User, password: str) -> Any:
    body = {"current_password": password, "new_password": NEW}
    return _app(user, "account/password/change/", body)


def prove_in_app(client: Client, user: User, password: str) -> Any:
    return _app(user, "auth/reauthenticate/", {"password": password})


def _app(user: User, path: str, body: dict[str, str]) -> Any:
    headers = {"X-Session-Token": session_of(user, of_app=True)}
    content = json.dumps(body)
    return Client(headers=headers).post(f"/api/v1/{path}", content, content_type="application/json")


@pytest.mark.parametrize("ask", [change, prove, change_in_app, prove_in_app])
def test_guesses_in_a_session_count_as_at_the_log_in(ada: User, ask: Ask) -> None:
    client = Client()
    client.force_login(ada)
    for _ in range(3):
        assert ask(client, ada, "wrong").status_code in (200, 400)

    answer = ask(client, ada, PASSWORD)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
    log_in = Client().post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    assert log_in.status_code == 429


@pytest.mark.parametrize("ask", [change, change_in_app])
def test_the_right_password_is_not_counted(ada: User, ask: Ask) -> None:
    for _ in range(4):
        client = Client()
        client.force_login(ada)
        assert ask(client, ada, PASSWORD).status_code in (200, 302)
        ada.set_password(PASSWORD)
        ada.save()
