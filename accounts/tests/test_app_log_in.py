"""Apps log in by allauth's headless API: tokens, their renewal, and how they end."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from accounts import app_tokens, credentials, open_sessions
from accounts.models import AuditEntry, User
from tests.log_ins import PASSWORD

JSON = "application/json"
API = "/api/v1"


_PASSKEY = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {
        "clientDataJSON": "e30",
        "authenticatorData": "AAAA",
        "signature": "AAAA",
        "userHandle": "\0",
    },
}


class App:
    """A client without cookies, which sends the headers it is given."""

    def __init__(self, **headers: str) -> None:
        self.headers = headers

    def send(self, method: str, path: str, **body: Any) -> Any:
        return Client().generic(
            method,
            f"{API}/{path}",
            json.dumps(body) if body else "",
            content_type=JSON,
            headers=self.headers,
        )

    def post(self, path: str, **body: Any) -> Any:
        return self.send("POST", path, **body)

    def get(self, path: str) -> Any:
        return self.send("GET", path)


def logged_in(email: str = "ada@example.com", password: str = PASSWORD) -> dict[str, str]:
    answer = App().post("auth/login/", email=email, password=password)
    assert answer.status_code == 200, answer.content
    told: dict[str, str] = answer.json()["meta"]
    return told


def bearing(token: str) -> App:
    return App(Authorization=f"Bearer {token}")


def works(app: App) -> bool:
    return bool(app.get("videos/").status_code == 200)


def test_an_app_logs_in_in_any_case_of_the_address_and_calls(ada: User) -> None:
    told = logged_in("ADA@Example.COM")

    assert works(bearing(told["access_token"]))
    assert works(App(**{"X-Session-Token": told["session_token"]}))
    assert App().get("videos/").status_code == 401


def test_a_wrong_password_and_an_unknown_address_are_told_alike(ada: User) -> None:
    wrong = App().post("auth/login/", email=ada.email, password="wrong")
    unknown = App().post("auth/login/", email="nobody@example.com", password="wrong")

    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()


def test_guessing_a_password_stops(ada: User) -> None:
    for _ in range(10):
        App().post("auth/login/", email=ada.email, password="wrong")

    answer = App().post("auth/login/", email=ada.email.upper(), password=PASSWORD)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_refresh_token_works_once(ada: User) -> None:
    told = logged_in()
    first = App().post("tokens/refresh/", refresh_token=told["refresh_token"])
    again = App().post("tokens/refresh/", refresh_token=told["refresh_token"])

    assert works(bearing(first.json()["data"]["access_token"]))
    assert again.status_code == 400
    next_one = first.json()["data"]["refresh_token"]
    assert App().post("tokens/refresh/", refresh_token=next_one).status_code == 200


def test_an_access_token_is_no_refresh_token_nor_the_other_way_round(ada: User) -> None:
    told = logged_in()

    assert App().post("tokens/refresh/", refresh_token=told["access_token"]).status_code == 400
    assert bearing(told["refresh_token"]).get("videos/").json()["code"] == "bad_app_token"


@pytest.mark.parametrize("token", ["a.b.c", "..", "eyJ.e30.", "ß.ß.ß"])
def test_a_token_that_this_site_did_not_sign_is_refused(db: None, token: str) -> None:
    answer = App(Authorization=f"Bearer {token}".encode().decode("latin-1")).get("videos/")

    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_app_token"


def test_the_log_out_of_an_app_ends_all_its_tokens(ada: User) -> None:
    told = logged_in()
    other = logged_in()

    assert bearing(told["access_token"]).send("DELETE", "auth/session/").status_code == 401

    assert not works(bearing(told["access_token"]))
    assert not works(App(**{"X-Session-Token": told["session_token"]}))
    assert App().post("tokens/refresh/", refresh_token=told["refresh_token"]).status_code == 400
    assert works(bearing(other["access_token"]))


def test_a_log_out_everywhere_ends_apps_and_browsers(ada: User, client: Client) -> None:
    told, other = logged_in(), logged_in()
    client.force_login(ada)

    assert bearing(told["access_token"]).send("DELETE", "auth/sessions/all/").status_code == 401

    entry = AuditEntry.objects.get(action="user.logged_out_everywhere")
    assert (entry.actor, entry.via) == (ada, AuditEntry.Via.TOKEN)
    assert not works(bearing(other["access_token"]))
    assert not works(App(**{"X-Session-Token": other["session_token"]}))
    assert App().post("tokens/refresh/", refresh_token=other["refresh_token"]).status_code == 400
    assert client.get("/account/").status_code == 302
    assert works(bearing(logged_in()["access_token"]))


def test_a_changed_password_ends_other_sessions_and_renews_these_tokens(ada: User) -> None:
    told, other = logged_in(), logged_in()

    answer = bearing(told["access_token"]).post(
        "account/password/change/", current_password=PASSWORD, new_password="another long one"
    )

    fresh = answer.json()["meta"]
    assert works(bearing(fresh["access_token"]))
    assert App().post("tokens/refresh/", refresh_token=fresh["refresh_token"]).status_code == 200
    assert not works(bearing(told["access_token"]))
    assert not works(bearing(other["access_token"]))


def test_whoever_is_deactivated_is_out_at_once(ada: User) -> None:
    told = logged_in()
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert not works(bearing(told["access_token"]))
    assert App().post("tokens/refresh/", refresh_token=told["refresh_token"]).status_code == 400


def test_a_password_is_reset_with_the_key_of_the_mail(ada: User) -> None:
    told = logged_in()
    assert App().post("auth/password/request/", email="ADA@example.com").status_code == 200
    key = re.findall(r"/reset/key/([^/]+)/", str(mail.outbox[-1].body))[0]

    answer = App().post("auth/password/reset/", key=key, password="another long one")

    assert answer.status_code in (200, 401)
    assert not works(bearing(told["access_token"]))
    assert works(bearing(logged_in(password="another long one")["access_token"]))
    again = App().post("auth/password/reset/", key=key, password="a third long one")
    assert again.status_code == 400


def test_asking_for_a_reset_does_not_tell_who_has_an_account(ada: User) -> None:
    known = App().post("auth/password/request/", email=ada.email)
    unknown = App().post("auth/password/request/", email="nobody@example.com")

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_an_app_signs_up_once_the_address_is_confirmed(db: None, settings: LazySettings) -> None:
    settings.SIGNUP_OPEN = True
    answer = App().post("auth/signup/", email="New@example.com", password=PASSWORD)
    assert answer.status_code == 401
    assert {"id": "verify_email", "is_pending": True} in answer.json()["data"]["flows"]
    assert App().post("auth/login/", email="new@example.com", password=PASSWORD).status_code == 401

    key = re.findall(r"/confirm-email/([^/]+)/", str(mail.outbox[0].body))[0]
    pending = App(**{"X-Session-Token": answer.json()["meta"]["session_token"]})
    confirmed = pending.post("auth/email/verify/", key=key)

    assert confirmed.status_code == 200
    assert works(bearing(confirmed.json()["meta"]["access_token"]))


def test_signing_up_with_a_taken_address_is_told_like_a_new_one(
    ada: User, settings: LazySettings
) -> None:
    settings.SIGNUP_OPEN = True
    taken = App().post("auth/signup/", email=ada.email.upper(), password=PASSWORD)
    new = App().post("auth/signup/", email="new@example.com", password=PASSWORD)

    assert taken.status_code == new.status_code == 401
    assert taken.json()["data"] == new.json()["data"]
    assert User.objects.count() == 2


def test_the_rules_of_the_sign_up_page_count(db: None, settings: LazySettings) -> None:
    assert App().post("auth/signup/", email="a@b.org", password=PASSWORD).status_code == 403
    settings.SIGNUP_OPEN, settings.SIGNUP_DOMAINS = True, ("example.org",)

    for email, password in (("a@b.org", PASSWORD), ("a@example.org", "short")):
        answer = App().post("auth/signup/", email=email, password=password)
        assert answer.status_code == 400
    assert answer.json()["errors"][0]["param"] == "password"
    long = App().post("auth/signup/", email=f"{'a' * 300}@example.org", password=PASSWORD)
    assert long.status_code == 400
    assert not User.objects.exists()


def test_a_cookie_counts_for_nothing_here(ada: User, client: Client) -> None:
    client.force_login(ada)

    assert client.get(f"{API}/auth/session/").status_code == 401
    assert client.get(f"{API}/account/email/").status_code == 401


def test_what_is_no_json_is_told_so(db: None) -> None:
    for body in ("{", "[]", "\xff", '"a"'):
        answer = Client().post(f"{API}/auth/login/", body, content_type=JSON)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "invalid"


_HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("auth/login/", {"email": "a\0@example.com", "password": "\0"}),
    ("auth/login/", {"email": ["a@example.com"], "password": {"a": 1}}),
    ("auth/login/", {"email": "a@example.com", "password": "x" * 100_000}),
    ("auth/password/reset/", {"key": "\0-\0", "password": PASSWORD}),
    ("auth/password/reset/", {"key": "zzzzzzzzzzzzzzzzzzzzzzzzz-a-b", "password": PASSWORD}),
    ("auth/email/verify/", {"key": "MQ:1:\0"}),
    ("auth/webauthn/login/", {"credential": "x"}),
    ("auth/webauthn/login/", {"credential": []}),
    ("auth/webauthn/login/", {"credential": {"id": 1, "response": None}}),
    ("auth/webauthn/login/", {"credential": {"id": "a", "rawId": "a", "response": {}}}),
    ("auth/webauthn/login/", {"credential": _PASSKEY}),
    ("auth/webauthn/login/", {"credential": {**_PASSKEY, "rawId": "A"}}),
    ("auth/webauthn/login/", {"credential": "9" * 5000}),
    ("auth/webauthn/login/", {"credential": "[" * 50_000}),
    ("tokens/refresh/", {"refresh_token": {"a": "\0"}}),
    ("tokens/refresh/", {"refresh_token": "e30.e30."}),
]


@pytest.mark.parametrize(("path", "body"), _HOSTILE)
def test_a_hostile_body_is_refused(db: None, path: str, body: dict[str, Any]) -> None:
    assert App().post(path, **body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        "[" * 50_000,
        '{"a": ' + "9" * 5000 + "}",
        r'{"email": "\ud800@b.org"}',
        '{"a": Infinity}',
        '{"a": 1e999}',
    ],
)
def test_json_that_python_cannot_hold_is_refused(db: None, body: str) -> None:
    assert Client().post(f"{API}/auth/login/", body, content_type=JSON).status_code == 400


@pytest.mark.parametrize("token", ["\0" * 32, "a" * 32, "ß" * 32, "", "a" * 5000])
def test_a_session_token_that_is_none_is_refused(db: None, token: str) -> None:
    app = App(**{"X-Session-Token": token})

    assert app.get("videos/").status_code == 401
    assert app.get("account/email/").status_code in {401, 410}


def test_an_app_sees_and_ends_its_sessions(ada: User) -> None:
    told, other = logged_in(), logged_in()
    app = bearing(told["access_token"])

    sessions = app.get("auth/sessions/").json()["data"]
    assert len(sessions) == 2
    foreign = [one["id"] for one in sessions if not one["is_current"]]
    assert app.send("DELETE", "auth/sessions/", sessions=foreign).status_code == 200

    assert not works(bearing(other["access_token"]))
    assert works(app)


def test_the_session_behind_an_access_token_cannot_be_read_from_it(ada: User) -> None:
    told = logged_in()

    assert told["session_token"] not in told["access_token"]
    assert app_tokens.session_key_of(told["access_token"]) == told["session_token"]
    assert credentials.app_session({"authorization": f"bearer {told['access_token']}"})


def test_the_open_sessions_of_a_user_are_read_in_two_queries(
    ada: User, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        logged_in()
    with django_assert_num_queries(2):
        assert len(open_sessions.of(ada)) == 3
