"""Sign-up when it is closed, limited to domains or open; confirmed addresses before uploads."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from allauth.account.internal.flows import manage_email
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts import api_keys, verification
from accounts.models import User
from config import uploads
from tests.log_ins import PASSWORD, create_user

SENT = "/accounts/confirm-email/"


@pytest.fixture
def _open(settings: LazySettings) -> None:
    settings.SIGNUP_OPEN = True


def sign_up(client: Client, email: str) -> Any:
    return client.post("/accounts/signup/", {"email": email, "password1": PASSWORD})


def unverified(email: str = "new@example.com") -> User:
    """Create a user who has signed up and not opened the link."""
    return create_user(email, verified=False)


def test_the_door_is_closed_by_default(client: Client, db: None) -> None:
    for answer in (client.get("/accounts/signup/"), sign_up(client, "new@example.com")):
        assert "cannot be created at the moment" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("allowed", "email", "may"),
    [
        (("example.org",), "a@example.org", True),
        (("example.org",), "A@EXAMPLE.ORG", True),
        (("example.org",), "a@example.com", False),
        (("example.org",), "a@sub.example.org", False),
        (("example.org",), "a@notexample.org", False),
        (("example.org",), '"a@example.org"@example.com', False),
        ((".example.org",), "a@sub.example.org", True),
        ((".example.org",), "a@example.org", False),
        (("example.com", "example.org"), "a@example.org", True),
        (("xn--bcher-kva.example",), "a@b\u00fccher.example", True),
        (("example.org",), "a@ex\u0430mple.org", False),
    ],
)
def test_by_domain(
    client: Client,
    db: None,
    settings: LazySettings,
    allowed: tuple[str, ...],
    email: str,
    may: bool,
) -> None:
    settings.SIGNUP_OPEN, settings.SIGNUP_DOMAINS = True, allowed
    assert "Only addresses of" in client.get("/accounts/signup/").content.decode()
    answer = sign_up(client, email)
    assert User.objects.exists() is may
    assert (answer.status_code, "Only addresses of" in answer.content.decode()) == (
        (302, False) if may else (200, True)
    )


def cut_to(length: int, email: str) -> str:
    """Lengthen an address to ``length`` characters; the end of its domain stays the same."""
    labels = ".".join(["x" * 60] * 5)
    name, _, domain = email.partition("@")
    return (
        f"{name}@{labels[len(email) + 1 - length :].lstrip('.')}".ljust(
            length - len(domain) - 1, "y"
        )
        + f".{domain}"
    )


def test_an_address_that_is_too_long_is_refused_and_not_cut_to_another(
    client: Client, settings: LazySettings, owner: User
) -> None:
    settings.SIGNUP_OPEN, settings.SIGNUP_DOMAINS = True, (".example.org",)
    theirs = cut_to(254, "a@attacker.example")
    assert len(theirs) == 254
    answer = sign_up(client, f"{theirs}.sub.example.org")
    assert "at most 254 characters" in answer.content.decode()
    assert User.objects.count() == 1
    client.force_login(owner)
    added = {"action_add": "", "email": f"{theirs}.example.org"}
    assert "at most 254 characters" in client.post("/accounts/email/", added).content.decode()
    assert not mail.outbox


def test_of_two_who_sign_up_at_once_one_is_told_by_mail(
    client: Client, _open: None, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage_email, "assess_unique_email", lambda *_, **__: True)
    answers = [sign_up(Client(), "new@example.com") for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, SENT)] * 2
    assert User.objects.count() == 1


def test_many_who_sign_up_at_once_make_one_account(
    transactional_db: None, settings: LazySettings
) -> None:
    settings.SIGNUP_OPEN = True
    start = Barrier(6)

    def one(email: str) -> int:
        client = Client(raise_request_exception=False)
        start.wait(60)
        try:
            return int(sign_up(client, email).status_code)
        finally:
            connections.close_all()

    spelled = ["new@example.com", "NEW@example.com", "New@Example.com"] * 2
    with ThreadPoolExecutor(len(spelled)) as threads:
        assert list(threads.map(one, spelled)) == [302] * len(spelled)
    user = User.objects.get()
    assert not verification.is_verified(user)
    assert EmailAddress.objects.get().user == user


def test_an_account_is_made_whole_or_not_at_all(
    _open: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(EmailAddress, "save", dies)
    assert sign_up(Client(raise_request_exception=False), "new@example.com").status_code == 500
    assert not User.objects.exists()


def test_nobody_waits_for_the_hash_of_anothers_password(
    client: Client, _open: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[bool] = []
    monkeypatch.setattr(
        User, "set_password", lambda *_: locked.append(transaction.get_connection().in_atomic_block)
    )
    sign_up(client, "new@example.com")
    assert locked == [False]


def test_an_address_that_another_account_adds_meanwhile_is_still_to_be_confirmed(
    _open: None, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage_email, "assess_unique_email", lambda *_, **__: True)
    EmailAddress.objects.create(user=owner, email="victim@example.com", verified=False)
    sign_up(Client(), "victim@example.com")
    user = User.objects.get(email="victim@example.com")
    assert not verification.is_verified(user)
    assert mail.outbox[0].to == ["victim@example.com"]
    client = Client()
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == SENT
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_signing_up_does_not_tell_who_is_here(
    client: Client, owner: User, _open: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = hashes(monkeypatch)
    told = []
    for email in ("nobody@example.com", owner.email, owner.email.upper()):
        answer = sign_up(Client(), email)
        page = Client().get(answer["Location"]).content
        told.append((answer.status_code, answer["Location"], len(page)))
    assert told == [(302, SENT, told[0][2])] * 3
    assert len(hashed) == 3
    assert [message.to for message in mail.outbox][:2] == [["nobody@example.com"], [owner.email]]
    assert "You have an account" in str(mail.outbox[1].body)
    assert User.objects.count() == 2


def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of passwords that are hashed. Hashing takes half a second in production, so
    every answer must include it, or its time would tell who has an account."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str, *args: object) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return hashed


def test_wrong_passwords_are_counted_whatever_host_is_asked(owner: User) -> None:
    told = []
    for port in range(1, 23):
        asked = {"login": owner.email, "password": "a wrong one"}
        somewhere = Client(REMOTE_ADDR=f"198.51.100.{port}")
        answer = somewhere.post("/accounts/login/", asked, headers={"host": f"localhost:{port}"})
        told.append(answer.status_code)
    assert told == [200] * 20 + [429] * 2


def test_a_confirmation_that_could_not_be_sent_is_sent_when_asked_for_again(
    client: Client, _open: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", refuse_connection)
        assert sign_up(client, "new@example.com").status_code == 503
    assert sign_up(client, "new@example.com")["Location"] == SENT
    client.post("/accounts/login/", {"login": "new@example.com", "password": PASSWORD})
    assert [message.to for message in mail.outbox] == [["new@example.com"]]


def refuse_connection(*_: object) -> int:
    raise ConnectionRefusedError


def test_a_reset_does_not_tell_who_is_here(client: Client, owner: User) -> None:
    told = []
    for email in (owner.email, "nobody@example.com"):
        answer = client.post("/accounts/password/reset/", {"email": email})
        told.append((answer.status_code, answer["Location"]))
    assert told[0] == told[1]
    assert len(mail.outbox) == 2


def test_who_has_not_confirmed_an_address_is_sent_the_link_again(client: Client, db: None) -> None:
    unverified()
    answer = client.post("/accounts/login/", {"login": "new@example.com", "password": PASSWORD})
    assert answer["Location"] == SENT
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    assert client.post(link[1])["Location"] == "/"
    assert client.get("/").status_code == 200


def link_in(number: int) -> str:
    """Return the path that the link in a mail leads to."""
    found = re.search(r"http://testserver(\S+)", str(mail.outbox[number].body))
    assert found
    return found[1]


def test_a_link_that_is_used_twice_says_so(client: Client, _open: None, db: None) -> None:
    sign_up(client, "new@example.com")
    assert client.post(link_in(0)).status_code == 302
    again = Client().post(link_in(0))
    assert (again.status_code, "was already used" in again.content.decode()) == (404, True)


def test_of_two_who_confirm_an_address_at_once_one_is_told(
    transactional_db: None, owner: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmailAddress, "can_set_verified", lambda _: True)
    rows = [
        EmailAddress.objects.create(user=user, email="both@example.com", primary=True)
        for user in (owner, stranger)
    ]
    links = [f"/accounts/confirm-email/{EmailConfirmationHMAC(row).key}/" for row in rows]
    assert [Client().post(link).status_code for link in links] == [302, 409]
    assert EmailAddress.objects.get(verified=True).user == owner


def test_commands_take_nobody_for_another_whose_letters_look_alike(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    first = User.objects.create_user("\u017fam@example.com")
    meant = User.objects.create_user("sam@example.com")
    assert User.objects.get_by_natural_key("Sam@Example.com") == meant
    call_command("create_api_key", "SAM@example.com", name="ci")
    found = api_keys.find(capsys.readouterr().out.strip(), None)
    assert found is not None
    assert found.user == meant != first


def test_whom_the_operator_made_logs_in_at_once(client: Client, owner: User) -> None:
    answer = client.post("/accounts/login/", {"login": owner.email, "password": "a long password"})
    assert answer["Location"] == "/"
    assert EmailAddress.objects.get(user=owner).verified
    assert not mail.outbox


def test_being_made_staff_confirms_no_address(client: Client, moderator: User) -> None:
    """Somebody may have signed up with the address of a future colleague."""
    user = unverified()
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    user.refresh_from_db()
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == SENT
    assert client.get("/account/").status_code == 302
    assert not verification.is_verified(user)
    client.force_login(moderator)
    page = client.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
    assert "Confirmed" in page
    call_command("confirm_email", user.email)
    answer = Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == "/"


def test_without_a_confirmed_address_nothing_is_uploaded(
    db: None, as_user: Callable[[User], APIClient], client: Client
) -> None:
    user = unverified()
    file = SimpleUploadedFile("x.mp4", b"x")
    answer = as_user(user).post("/api/v1/videos/", {"file": file}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (403, "email_not_verified")
    refusal = uploads._of_user(user)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (403, "email_not_verified")
    client.force_login(user)
    page = client.get("/upload/").content.decode()
    assert "first" in page
    assert "/accounts/email/" in page
    assert "<video-uploader" not in page
    verification.trust(user)
    assert uploads._of_user(user) is None
    assert "<video-uploader" in client.get("/upload/").content.decode()


def test_another_address_that_is_not_confirmed_yet_takes_nothing_away(owner: User) -> None:
    verification.trust(owner)
    EmailAddress.objects.create(user=owner, email="other@example.com", verified=False)
    assert verification.is_verified(owner)


def test_the_operator_answers_for_an_address(db: None) -> None:
    user = unverified()
    assert not verification.is_verified(user)
    call_command("confirm_email", "New@Example.com")
    assert verification.is_verified(user)
    with pytest.raises(CommandError):
        call_command("confirm_email", "nobody@example.com")


def test_an_address_that_is_somebody_elses_is_not_trusted(owner: User, stranger: User) -> None:
    EmailAddress.objects.create(user=stranger, email=owner.email, verified=True)
    verification.trust(owner)
    assert not EmailAddress.objects.filter(user=owner).exists()
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    with pytest.raises(CommandError, match="Another user has confirmed"):
        call_command("confirm_email", owner.email)


def test_an_address_that_the_operator_writes_is_confirmed(
    client: Client, moderator: User, db: None
) -> None:
    client.force_login(moderator)
    added = {"email": "made@example.com", "password1": PASSWORD, "password2": PASSWORD}
    added["usable_password"] = "true"
    assert client.post("/admin/accounts/user/add/", added).status_code == 302
    assert EmailAddress.objects.get(email="made@example.com").verified


def test_the_demo_user_is_confirmed_and_made_by_nothing_but_make_run(db: None) -> None:
    call_command("create_demo_user", stdout=StringIO())
    assert EmailAddress.objects.get(email="demo@example.com").verified
    root = Path(__file__).parents[2]
    for folder in ("docker", "systemd"):
        for path in (root / folder).rglob("*"):
            if path.is_file():
                assert "VODLOOM_DEMO=true" not in path.read_text()
                assert "create_demo_user" not in path.read_text()
