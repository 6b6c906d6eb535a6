"""The account page: every form works, and none offers what would be refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import api_keys
from accounts.models import ApiKey, AuditEntry, User
from tests.log_ins import PASSWORD

KEY = {"name": "ci", "allowed": ["read"], "lives": ""}


@pytest.fixture(autouse=True)
def _open(settings: LazySettings) -> None:
    settings.SIGNUP_OPEN = True


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    """The owner, logged in, with an address that is not confirmed."""
    client.force_login(owner)
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    return client


def said(answer: object) -> list[str]:
    """Return the messages on the page."""
    page = answer.content.decode()  # type: ignore[attr-defined]  # a response
    return re.findall(r'<p class="message"[^>]*>([^<]+)</p>', page)


def test_everything_about_oneself_is_on_one_page(browser: Client, owner: User) -> None:
    page = browser.get("/account/").content.decode()
    for heading in ("Profile", "Email addresses"):
        assert f">{heading}</h2>" in page
    assert owner.email in page


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("email", "/account/#emails"),
        ("password/change", "/account/security/#password"),
        ("2fa", "/account/security/"),
        ("2fa/webauthn", "/account/security/"),
    ],
)
def test_allauths_addresses_lead_to_the_account(browser: Client, path: str, page: str) -> None:
    assert browser.get(f"/accounts/{path}/")["Location"] == page


def test_the_account_is_for_who_is_logged_in(client: Client, db: None) -> None:
    assert client.get("/account/")["Location"] == "/accounts/login/?next=/account/"
    for path in ("profile/", "keys/"):
        assert client.post(f"/account/{path}").status_code == 302


def test_a_name_is_saved_and_said(browser: Client, owner: User) -> None:
    answer = browser.post("/account/profile/", {"name": " Ada\u202e Lovelace "}, follow=True)
    assert said(answer) == ["Your name is saved."]
    owner.refresh_from_db()
    assert owner.get_full_name() == "Ada Lovelace"
    answer = browser.post("/account/profile/", {"name": "x" * 151})
    assert "at most 150 characters" in answer.content.decode()
    browser.post("/account/profile/", {"name": "Ada Lovelace"})
    entry = AuditEntry.objects.get(action="user.changed")
    assert (entry.actor, entry.target_id) == (owner, str(owner.pk))
    assert entry.details == {"changed": {"name": ["", "Ada Lovelace"]}}


def test_a_single_address_is_neither_removed_nor_chosen(browser: Client, owner: User) -> None:
    page = browser.get("/account/").content.decode()
    assert "action_send" in page
    assert "action_primary" not in page and "action_remove" not in page
    EmailAddress.objects.update(verified=True)
    assert "action_send" not in browser.get("/account/").content.decode()


def test_a_confirmation_is_sent_and_said_and_a_second_is_refused(
    browser: Client, owner: User
) -> None:
    form = {"email": owner.email, "action_send": ""}
    assert said(browser.post("/accounts/email/", form, follow=True)) == [
        f"We sent a link to {owner.email}. Open it to confirm the address."
    ]
    again = browser.post("/accounts/email/", form, follow=True)
    assert "a moment ago" in said(again)[0]
    assert len(mail.outbox) == 1
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    confirmed = browser.post(link[1], follow=True)
    assert f"{owner.email} is confirmed." in said(confirmed)


def test_an_address_is_added_chosen_and_removed(browser: Client, owner: User) -> None:
    EmailAddress.objects.update(verified=True)
    form = {"email": "second@example.com", "action_add": ""}
    assert (
        "We sent a link to second@example.com"
        in said(browser.post("/accounts/email/", form, follow=True))[0]
    )
    page = browser.get("/account/").content.decode()
    assert "action_primary" not in page  # it is not confirmed, and the other is
    EmailAddress.objects.update(verified=True)
    form = {"email": "second@example.com", "action_primary": ""}
    assert said(browser.post("/accounts/email/", form, follow=True)) == [
        "You log in with the other address from now on."
    ]
    form = {"email": owner.email, "action_remove": ""}
    assert said(browser.post("/accounts/email/", form, follow=True)) == [
        f"{owner.email} is removed."
    ]
    owner.refresh_from_db()
    assert owner.email == "second@example.com"


def test_what_is_wrong_with_an_address_is_said_beside_it(browser: Client, owner: User) -> None:
    form = {"email": owner.email, "action_add": ""}
    page = browser.post("/accounts/email/", form).content.decode()
    assert "errorlist" in page and ">Email addresses</h2>" in page


def test_a_confirmation_that_cannot_be_sent_is_no_success(
    browser: Client, owner: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "config.mail.NoServer"
    form = {"email": owner.email, "action_send": ""}
    assert said(browser.post("/accounts/email/", form, follow=True)) == [
        "This site cannot send mail. Ask its operator."
    ]


def test_a_password_is_changed_said_and_told_by_mail(browser: Client, owner: User) -> None:
    form = {"oldpassword": "wrong", "password1": PASSWORD, "password2": PASSWORD}
    assert "errorlist" in browser.post("/accounts/password/change/", form).content.decode()
    form["oldpassword"] = "a long password"
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
    answer = browser.post("/accounts/password/change/", form, follow=True, headers=agent)
    assert said(answer) == ["Your password is changed. Everywhere else you are logged out."]
    assert mail.outbox[-1].subject == "Your password was changed"
    assert "127.0.0.1, Firefox on Linux" in mail.outbox[-1].body


def test_a_key_is_shown_once_and_acts(browser: Client, owner: User) -> None:
    form = {"name": "The <b>build</b> server", "allowed": ["read"], "lives": "7"}
    answer = browser.post("/account/keys/", form)
    secret = re.search(r'value="(vl_[^"]+)"', answer.content.decode())
    assert secret
    assert "no-store" in answer["Cache-Control"]
    key = api_keys.find(secret[1], None)
    assert key is not None and key.user == owner and key.scopes == ["read"]
    page = browser.get("/account/keys/").content.decode()
    assert secret[1] not in page
    assert "The &lt;b&gt;build" in page and "Last used" in page


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"allowed": []}, {"allowed": ["all"]}, {"lives": "1"}, {"places": "here"}],
)
def test_what_is_wrong_with_a_key_is_said(browser: Client, wrong: dict[str, Any]) -> None:
    form = {**KEY, "places": "192.0.2.7"} | wrong
    assert "errorlist" in browser.post("/account/keys/", form).content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_by_whose_it_is(
    browser: Client, owner: User, stranger: User, client: Client
) -> None:
    key, secret = api_keys.issue(owner, name="ci")
    others, _ = api_keys.issue(stranger, name="theirs")
    assert browser.post(f"/account/keys/{others.pk}/revoke/").status_code == 404
    assert browser.get(f"/account/keys/{key.pk}/revoke/").status_code == 405
    answer = browser.post(f"/account/keys/{key.pk}/revoke/", follow=True)
    assert said(answer) == ["The key “ci” is revoked. Nothing can use it any more."]
    assert api_keys.find(secret, None) is None
    assert "You have no API key." in answer.content.decode()


def test_every_mail_is_ours_in_text_and_html(
    client: Client, db: None, settings: LazySettings, owner: User
) -> None:
    form = {"email": "new@example.com", "password1": PASSWORD}
    client.post("/accounts/signup/", form)
    client.logout()
    for email in (owner.email, "nobody@example.com"):
        client.post("/accounts/password/reset/", {"email": email})
    assert len(mail.outbox) == 3
    for sent in mail.outbox:
        assert isinstance(sent, mail.EmailMultiAlternatives)
        bodies = [str(sent.body), str(sent.alternatives[0][0])]
        for body in bodies:
            assert "Vodloom" in body
            assert "Hello from" not in body and "Thank you for using" not in body
            assert "{{" not in body and "{%" not in body
        assert "e-mail" not in "".join(bodies).lower()
        assert "\n" not in sent.subject


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_where_one_was_going_is_kept_from_page_to_page(client: Client, db: None, path: str) -> None:
    page = client.get(f"{path}?next=/upload/").content.decode()
    links = re.findall(r'href="(/accounts/(?:login|signup|password/reset)/[^"]*)"', page)
    assert links
    assert all("next=%2Fupload%2F" in link or "next=/upload/" in link for link in links)


def test_logging_in_from_a_page_comes_back_to_it(client: Client, db: None) -> None:
    page = client.get("/watch/no-such-thing/").content.decode()
    assert page.count('href="/accounts/login/?next=/watch/no-such-thing/"') == 2
    assert "Go to the library" not in page


def test_the_first_field_has_the_focus(client: Client, db: None) -> None:
    for path in ("login", "signup", "password/reset"):
        assert client.get(f"/accounts/{path}/").content.decode().count("autofocus") == 1


def test_keys_and_addresses_are_bounded(
    browser: Client, owner: User, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MOST_OF_ONE", 2)
    for _ in range(2):
        browser.post("/account/keys/", KEY)
        api_keys.revoke(owner.api_keys.order_by("-pk")[0])
    page = browser.post("/account/keys/", KEY).content.decode()
    assert "come back tomorrow" in page
    assert owner.api_keys.count() == 2
    owner.api_keys.update(created_at=timezone.now() - timedelta(days=2))
    browser.post("/account/keys/", KEY)
    assert owner.api_keys.count() == 3
    for number in range(9):
        EmailAddress.objects.create(user=owner, email=f"{number}@example.com")
    browser.post("/accounts/email/", {"action_add": "", "email": "more@example.com"})
    assert EmailAddress.objects.count() == 10
    assert "Another email address" not in browser.get("/account/").content.decode()
