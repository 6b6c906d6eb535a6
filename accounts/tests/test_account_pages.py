"""Signing up, logging in and out, and passwords, through the pages."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from structlog.testing import capture_logs

from accounts.models import User
from tests.log_ins import PASSWORD


@pytest.fixture(autouse=True)
def _open(settings: LazySettings) -> None:
    settings.SIGNUP_OPEN = True


def log_in(client: Client, email: str, password: str = "a long password", **more: str) -> str:
    """Log in and return where the answer redirects to; empty when the page is shown again."""
    answer = client.post("/accounts/login/", {"login": email, "password": password, **more})
    return answer.get("Location", "")


def test_one_signs_up_with_an_address_and_a_password(client: Client, db: None) -> None:
    form = {"email": "New@Example.com", "password1": PASSWORD}
    assert client.post("/accounts/signup/", form)["Location"] == "/accounts/confirm-email/"
    user = User.objects.get()
    assert (user.email, user.can_upload, user.is_staff) == ("new@example.com", True, False)
    assert client.get("/").status_code == 302
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    assert client.post(link[1])["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_weak_password_is_refused_with_a_reason(client: Client, db: None) -> None:
    answer = client.post("/accounts/signup/", {"email": "a@example.com", "password1": "12345678"})
    assert "entirely numeric" in answer.content.decode()
    assert not User.objects.exists()


def test_one_logs_in_by_address_in_any_case_and_goes_on(client: Client, owner: User) -> None:
    assert log_in(client, "Owner@Example.com", next="/upload/") == "/upload/"
    assert client.get("/upload/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/upload/").status_code == 302


def test_nobody_is_led_elsewhere(client: Client, owner: User) -> None:
    assert log_in(client, owner.email, next="https://elsewhere.example/") == "/"


def test_a_wrong_password_is_told_without_saying_who_exists(client: Client, owner: User) -> None:
    told = []
    for email in (owner.email, "nobody@example.com"):
        form = {"login": email, "password": "wrong"}
        page = client.post("/accounts/login/", form).content.decode()
        told.append(re.findall(r'errorlist nonfield"[^>]*><li>([^<]+)', page))
    assert told[0] == told[1] != []


def test_guessing_is_slowed_down(client: Client, owner: User) -> None:
    for _ in range(10):
        log_in(client, owner.email, "wrong")
    assert log_in(client, owner.email) == ""


def test_one_logs_in_while_redis_is_away(
    client: Client, owner: User, settings: LazySettings
) -> None:
    away = dict(settings.CACHES["default"], LOCATION="redis://127.0.0.1:9/0")
    settings.CACHES = {"default": away}
    assert log_in(client, owner.email) == "/"


def test_the_admin_is_entered_by_the_same_door(client: Client, moderator: User) -> None:
    assert client.get("/admin/login/").status_code == 302
    assert log_in(client, moderator.email, next="/admin/") == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_forgotten_password_is_replaced_by_mail(client: Client, owner: User) -> None:
    client.post("/accounts/password/reset/", {"email": owner.email})
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True)
    assert "Choose a new password" in form.content.decode()
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": PASSWORD, "password2": PASSWORD})
    assert log_in(Client(), owner.email, PASSWORD) == "/"


@pytest.mark.parametrize(
    "path", ["login", "signup", "password/reset", "password/reset/done", "inactive"]
)
def test_every_page_of_the_entrance_is_ours(client: Client, db: None, path: str) -> None:
    page = client.get(f"/accounts/{path}/").content.decode()
    assert 'class="page entrance"' in page
    assert "css/site" in page


class NoMailServer(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError


@pytest.fixture
def no_mail_server(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.NoMailServer"


@pytest.mark.parametrize("email", ["owner@example.com", "new@example.com"])
def test_signing_up_says_that_the_mail_server_is_down_and_not_who_is_here(
    email: str, client: Client, owner: User, no_mail_server: None
) -> None:
    client.raise_request_exception = False
    answer = client.post("/accounts/signup/", {"email": email, "password1": PASSWORD})
    assert answer.status_code == 503
    assert "mail server does not answer" in answer.content.decode()


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_a_reset_says_that_the_mail_server_is_down_and_not_who_is_here(
    email: str, client: Client, owner: User, no_mail_server: None
) -> None:
    client.raise_request_exception = False
    answer = client.post("/accounts/password/reset/", {"email": email})
    assert answer.status_code == 503
    assert "mail server does not answer" in answer.content.decode()
    assert answer["Retry-After"]


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
def test_without_a_mail_server_a_reset_says_so_and_logs_no_link(
    email: str,
    client: Client,
    owner: User,
    settings: LazySettings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.EMAIL_BACKEND = "config.mail.NoServer"
    client.raise_request_exception = False
    with capture_logs() as logs:
        answer = client.post("/accounts/password/reset/", {"email": email})
    assert answer.status_code == 503
    assert "This site cannot send mail" in answer.content.decode()
    told = "".join(capsys.readouterr()) + str(logs)
    assert "mail_not_sent" in [line["event"] for line in logs]
    assert "/reset/key/" not in told
    assert email not in told


def test_without_a_mail_server_signing_up_says_so_and_logs_no_link(
    client: Client, db: None, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND, settings.SIGNUP_OPEN = "config.mail.NoServer", True
    client.raise_request_exception = False
    form = {"email": "new@example.com", "password1": PASSWORD}
    with capture_logs() as logs:
        answer = client.post("/accounts/signup/", form)
    assert answer.status_code == 503
    assert "This site cannot send mail" in answer.content.decode()
    told = "".join(capsys.readouterr()) + str(logs)
    assert "mail_not_sent" in [line["event"] for line in logs]
    assert "confirm-email" not in told
    assert "new@example.com" not in told


def test_where_signing_up_is_closed_nobody_can_and_the_admin_makes_users(
    client: Client, owner: User, settings: LazySettings
) -> None:
    settings.SIGNUP_OPEN = False
    form = {"email": "new@example.com", "password1": PASSWORD}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", form)):
        assert "cannot be created at the moment" in answer.content.decode()
    assert "Sign up" not in client.get("/accounts/login/").content.decode()
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    client.force_login(owner)
    added = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    added["usable_password"] = "true"
    assert client.post("/admin/accounts/user/add/", added).status_code == 302
    client.logout()
    assert log_in(client, "new@example.com", PASSWORD) == "/"
