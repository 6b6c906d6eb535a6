"""Second factors on the pages and in the API: set up, asked for, limited, and lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import second_factors
from accounts.models import AuditEntry, User
from tests.log_ins import PASSWORD

JSON = "application/json"
SECURITY = "/account/security/"


def code_for(secret: str) -> str:
    """What an authenticator app with this secret shows now."""
    now = next(totp.yield_hotp_counters_from_time())
    shown: str = totp.format_hotp_value(totp.hotp_value(secret, now))
    return shown


def with_app(user: User) -> str:
    """Give a user an authenticator app, and return its secret."""
    secret: str = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def begin(client: Client, email: str = "ada@example.com") -> Any:
    return client.post("/accounts/login/", {"login": email, "password": PASSWORD})


def prove(client: Client, path: str) -> Any:
    """Enter the password where a page asks for it."""
    asked = client.get(path)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    return client.post(asked["Location"], {"password": PASSWORD, "next": path})


def test_an_app_is_set_up_and_asked_for_from_then_on(ada: User, client: Client) -> None:
    client.force_login(ada)
    prove(client, "/accounts/2fa/totp/activate/")
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "<svg" in page
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", page)[0]

    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})

    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get(answer["Location"]).content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", codes)) == 10
    other = Client()
    assert begin(other)["Location"] == "/accounts/2fa/authenticate/"
    assert other.get("/account/").status_code == 302
    cache.clear()  # the code was used a moment ago
    other.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert other.get("/account/").status_code == 200


def test_secrets_are_stored_encrypted(ada: User) -> None:
    secret = with_app(ada)

    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert totp.TOTP(Authenticator.objects.get(type="totp")).validate_code(code_for(secret))


def test_a_removed_app_is_told_by_mail(ada: User, client: Client) -> None:
    with_app(ada)
    client.force_login(ada)
    prove(client, "/accounts/2fa/totp/deactivate/")

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.get(action="user.second_factor_removed").actor == ada
    assert mail.outbox[-1].subject == "The authenticator app was removed"
    assert "If it was not, reset your password" in str(mail.outbox[-1].body)


def test_a_code_works_once(ada: User, client: Client) -> None:
    secret = with_app(ada)
    for expected, browser in ((302, client), (200, Client())):
        begin(browser)
        code = {"code": code_for(secret)}
        answer = browser.post("/accounts/2fa/authenticate/", code)
        assert answer.status_code == expected


def test_guessing_codes_stops(ada: User, client: Client) -> None:
    secret = with_app(ada)
    begin(client)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    answer = client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})

    assert "Too many" in answer.content.decode()
    assert client.get("/account/").status_code == 302


def test_a_recovery_code_gets_in_once(ada: User, client: Client) -> None:
    with_app(ada)
    code = RecoveryCodes.activate(ada).get_unused_codes()[0]
    for expected, browser in ((200, client), (302, Client())):
        begin(browser)
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        assert browser.get("/account/").status_code == expected


def test_a_new_password_by_mail_does_not_get_past_the_second_factor(
    ada: User, client: Client
) -> None:
    with_app(ada)
    client.post("/accounts/password/reset/", {"email": ada.email})
    path = re.findall(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))[0]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another long one", "password2": "another long one"})

    assert client.get("/account/").status_code == 302


def test_the_api_of_apps_asks_for_the_factor_too(ada: User) -> None:
    secret = with_app(ada)
    login = {"email": ada.email, "password": PASSWORD}
    answer = Client().post("/api/v1/auth/login/", login, content_type=JSON)
    assert answer.status_code == 401
    assert "access_token" not in answer.json()["meta"]
    token = {"X-Session-Token": answer.json()["meta"]["session_token"]}
    assert Client().get("/api/v1/videos/", headers=token).json()["code"] == "bad_app_token"

    code = {"code": code_for(secret)}
    done = Client().post("/api/v1/auth/2fa/authenticate/", code, JSON, headers=token)

    bearer = {"Authorization": f"Bearer {done.json()['meta']['access_token']}"}
    assert Client().get("/api/v1/videos/", headers=bearer).status_code == 200


def test_factors_are_changed_only_after_the_password(ada: User, client: Client) -> None:
    with_app(ada)
    client.force_login(ada)
    for path in ("totp/deactivate/", "webauthn/add/", "recovery-codes/generate/"):
        for ask in (client.get, client.post):
            answer = ask(f"/accounts/2fa/{path}")
            assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert second_factors.has_one(ada)


@pytest.mark.parametrize(
    "answer",
    [
        *("", "{", "[]", '"x"', "{}", "9" * 5000, "[" * 50_000),
        '{"id": 1, "rawId": null, "response": {}}',
    ],
)
def test_what_is_no_answer_of_an_authenticator_is_refused(
    ada: User, client: Client, answer: str
) -> None:
    form = {"credential": answer}
    assert client.post("/accounts/2fa/webauthn/login/", form)["Location"] == "/accounts/login/"
    with_app(ada)
    begin(client)
    assert client.post("/accounts/2fa/authenticate/", form).status_code == 200
    client.force_login(ada)
    prove(client, "/accounts/2fa/webauthn/add/")
    client.get("/accounts/2fa/webauthn/add/")
    assert client.post("/accounts/2fa/webauthn/add/", form).status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_the_page_lists_sessions_and_ends_them(ada: User, client: Client) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other = Client(headers={"User-Agent": firefox})
    begin(other)
    begin(client)

    page = client.get(SECURITY).content.decode()
    assert "Firefox on Linux" in page
    assert page.count("This browser") == 1
    path = re.findall(r'action="(/account/security/sessions/\d+/end/)"', page)[0]
    assert client.post(path, follow=True).status_code == 200

    assert other.get("/account/").status_code == 302
    assert "Firefox on Linux" not in client.get(SECURITY).content.decode()
    assert client.post(path).status_code == 404


def test_nobody_ends_the_session_of_somebody_else(
    ada: User, stranger: User, client: Client
) -> None:
    begin(client)
    path = f"/account/security/sessions/{UserSession.objects.get(user=ada).pk}/end/"
    other = Client()
    other.force_login(stranger)

    assert other.post(path).status_code == 404
    assert client.get("/account/").status_code == 200


def test_logging_out_everywhere_ends_this_session_too(ada: User, client: Client) -> None:
    other = Client()
    other.force_login(ada)  # as a session of which nothing is noted
    begin(client)

    answer = client.post("/account/security/log-out-everywhere/", follow=True)

    assert "logged out everywhere" in answer.content.decode()
    assert client.get("/account/").status_code == 302
    assert other.get("/account/").status_code == 302
    entry = AuditEntry.objects.get(action="user.logged_out_everywhere")
    assert entry.actor == ada


def test_a_lost_factor_is_removed_by_the_operator(ada: User, client: Client) -> None:
    with_app(ada)
    call_command("reset_mfa", "ADA@example.com")

    assert begin(client)["Location"] == "/"
    assert AuditEntry.objects.filter(action="user.second_factors_removed").exists()
    with pytest.raises(CommandError):
        call_command("reset_mfa", "nobody@example.com")


def test_staff_remove_a_lost_factor_in_the_admin(
    ada: User, moderator: User, client: Client
) -> None:
    with_app(ada)
    client.force_login(moderator)
    form = {"action": "remove_factors", "_selected_action": str(ada.pk), "confirmed": "yes"}
    client.post("/admin/accounts/user/", form)

    assert not second_factors.has_one(ada)
    assert AuditEntry.objects.filter(action="user.second_factors_removed", actor=moderator).exists()
