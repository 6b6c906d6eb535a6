"""The session behind an app's tokens is no session of a browser, nor the other way round."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import credentials, tickets
from accounts.models import User
from accounts.tickets import Holder
from config import uploads
from config.body_guard import Refusal
from tests.log_ins import PASSWORD, create_user
from videos.feed import listeners
from videos.feed.closes import NOT_AUTHENTICATED, Ended

API = "/api/v1"


@pytest.fixture
def ada(db: None) -> User:
    """An administrator, who could do everything with a session of a browser."""
    return create_user("ada@example.com", may_everything=True)


@pytest.fixture
def told(ada: User) -> dict[str, str]:
    """The tokens of an app in which the administrator has logged in."""
    return log_in(ada)


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def log_in(user: User) -> dict[str, str]:
    body = {"email": user.email, "password": PASSWORD}
    answer = Client().post(f"{API}/auth/login/", json.dumps(body), content_type="application/json")
    tokens: dict[str, str] = answer.json()["meta"]
    return tokens


def with_cookie(session_key: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = session_key
    return client


def asked(method: str, path: str, token: str, **body: Any) -> Any:
    return Client().generic(
        method,
        f"{API}/{path}",
        json.dumps(body) if body else "",
        content_type="application/json",
        headers={"X-Session-Token": token},
    )


def scope_with(**headers: str) -> Any:
    named = {"host": "testserver", **headers}
    return {
        "type": "http",
        "method": "POST",
        "path": f"{API}/videos/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 4000),
    }


@pytest.mark.parametrize("path", ["/account/", "/account/keys/", "/admin/", "/library/"])
def test_the_token_of_an_app_opens_no_page_as_a_cookie(told: dict[str, str], path: str) -> None:
    answer = with_cookie(told["session_token"]).get(path, follow=True)

    assert answer.wsgi_request.user.is_anonymous


@pytest.mark.parametrize("path", ["videos/", "keys/", "me/", "audit/"])
def test_the_token_of_an_app_opens_no_api_as_a_cookie(told: dict[str, str], path: str) -> None:
    assert with_cookie(told["session_token"]).get(f"{API}/{path}").status_code == 401


def test_a_log_in_beside_the_token_of_an_app_leaves_the_app_alone(
    told: dict[str, str], ada: User
) -> None:
    client = with_cookie(told["session_token"])
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})

    assert client.get("/account/").status_code == 200
    assert client.cookies["sessionid"].value != told["session_token"]
    assert asked("GET", "videos/", told["session_token"]).status_code == 200


def test_the_token_of_an_app_opens_no_feed_as_a_cookie(told: dict[str, str]) -> None:
    with pytest.raises(Ended) as refused:
        listeners.identify(scope_with(cookie=f"sessionid={told['session_token']}"))
    assert refused.value.code == NOT_AUTHENTICATED
    assert listeners.identify(scope_with(**{"x-session-token": told["session_token"]}))


def test_the_token_of_an_app_uploads_nothing_as_a_cookie(told: dict[str, str]) -> None:
    cookie = f"sessionid={told['session_token']}; csrftoken={'x' * 32}"
    refusal = uploads._refusal(scope_with(cookie=cookie))

    assert isinstance(refusal, Refusal) and refusal.code == "not_authenticated"
    assert uploads._refusal(scope_with(**{"x-session-token": told["session_token"]})) is None


@pytest.mark.parametrize("of_app", [True, False])
def test_a_ticket_stands_on_the_kind_of_session_that_it_names(
    told: dict[str, str], browser: Client, *, of_app: bool
) -> None:
    wrong = browser.session.session_key if of_app else told["session_token"]
    ticket = tickets.issue(Holder(session=wrong, of_app=of_app))
    scope = scope_with() | {"query_string": f"ticket={ticket}".encode()}

    with pytest.raises(Ended) as refused:
        listeners.identify(scope)
    assert refused.value.code == NOT_AUTHENTICATED


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "videos/", {}),
        ("GET", "auth/session/", {}),
        ("DELETE", "auth/sessions/all/", {}),
        ("POST", "account/password/change/", {"current_password": "x", "new_password": "y"}),
    ],
)
def test_the_session_of_a_browser_is_no_token(
    browser: Client, method: str, path: str, body: dict[str, str]
) -> None:
    key = str(browser.session.session_key)

    assert asked(method, path, key, **body).status_code in {401, 410}
    assert credentials.user_of_app(key) is None
    assert browser.get("/account/").status_code == 200


def test_the_tokens_of_an_unfinished_log_in_are_of_apps_too(ada: User) -> None:
    EmailAddress.objects.update(verified=False)
    token = log_in(ada)["session_token"]
    client = with_cookie(token)

    assert client.get("/accounts/confirm-email/").wsgi_request.session.is_empty()
    assert Session.objects.filter(pk=token).exists()


def test_sessions_of_apps_are_listed_and_ended_like_others(
    told: dict[str, str], ada: User, browser: Client
) -> None:
    log_in(ada)  # allauth looks through all sessions at each log-in
    assert UserSession.objects.filter(session_key=told["session_token"]).exists()
    row = UserSession.objects.get(session_key=told["session_token"])

    assert browser.post(f"/account/security/sessions/{row.pk}/end/").status_code == 302
    assert asked("GET", "videos/", told["session_token"]).status_code == 401
