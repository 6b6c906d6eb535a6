"""Invitations: made by those who may, shown once, used once, and explained when they are over."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import invitations, roles
from accounts.invitations import Terms
from accounts.models import AuditEntry, Invitation, User
from tests import staff

PASSWORD = "a long pass phrase"
ADD = "/admin/accounts/invitation/add/"


def _page(secret: str) -> str:
    return f"/accounts/invitation/{secret}/"


def _sign_up(secret: str, email: str = "new@example.com") -> Any:
    return Client().post(_page(secret), {"email": email, "password1": PASSWORD})


@pytest.fixture(params=["closed", "invitation", "domains"])
def _mode(request: pytest.FixtureRequest, settings: LazySettings) -> None:
    """Every mode in which not everybody may sign up."""
    settings.SIGNUP_OPEN = request.param == "domains"
    settings.SIGNUP_BY_INVITATION = request.param == "invitation"
    settings.SIGNUP_DOMAINS = ("example.org",) if request.param == "domains" else ()


@pytest.mark.usefixtures("_mode")
def test_an_invited_person_signs_up_and_is_logged_in(owner: User) -> None:
    terms = Terms("New@example.com", role="moderator", plan="pro", can_upload=False)
    invitation, secret = invitations.make(terms, by=None)
    client = Client()
    page = client.get(_page(secret)).content.decode()
    assert 'value="new@example.com"' in page
    form = {"email": "other@example.com", "password1": PASSWORD}
    assert client.post(_page(secret), form).status_code == 302
    user = User.objects.get(email="new@example.com")
    assert (user.plan, user.can_upload, user.is_staff) == ("pro", False, True)
    assert [role.name for role in roles.of(user)] == ["moderator"]
    assert EmailAddress.objects.get(user=user).verified
    assert client.get("/account/").status_code == 200
    invitation.refresh_from_db()
    assert invitation.used_by == user
    told = AuditEntry.objects.values_list("action", flat=True)
    assert {"invitation.created", "invitation.used", "user.signed_up"} <= set(told)


def test_an_invitation_of_nobody_in_particular_proves_no_address(
    db: None, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    _, secret = invitations.make(Terms(), by=None)
    _sign_up(secret, "somebody@example.com")
    assert not EmailAddress.objects.get(email="somebody@example.com").verified
    assert mail.outbox[0].to == ["somebody@example.com"]


@pytest.mark.parametrize("is_taken", [True, False])
def test_an_invitation_does_not_tell_who_has_an_account(owner: User, *, is_taken: bool) -> None:
    invitation, secret = invitations.make(Terms(), by=None)
    answer = _sign_up(secret, owner.email if is_taken else "new@example.com")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert Client().get(_page(secret)).status_code == 410
    assert _sign_up(secret, "another@example.com").status_code == 410
    assert User.objects.count() == (1 if is_taken else 2)
    assert len(mail.outbox) == 1
    invitation.refresh_from_db()
    assert (invitation.used_by is None) is is_taken
    assert AuditEntry.objects.filter(action="invitation.used").count() == 1


def test_only_the_hash_is_kept(db: None) -> None:
    _, secret = invitations.make(Terms("new@example.com"), by=None)
    assert secret not in str(Invitation.objects.values()) + str(AuditEntry.objects.values())


def test_a_link_that_is_over_says_why(db: None) -> None:
    def over(secret: str) -> tuple[int, str]:
        answer = Client().get(_page(secret))
        return answer.status_code, answer.content.decode()

    invitation, secret = invitations.make(Terms("new@example.com"), by=None)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert (over(secret)[0], "has expired" in over(secret)[1]) == (410, True)
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    _sign_up(secret)
    assert "used already" in over(secret)[1]
    assert _sign_up(secret, "another@example.com").status_code == 410
    invitation, secret = invitations.make(Terms(), by=None)
    invitations.revoke(invitation)
    assert "was withdrawn" in over(secret)[1]
    with pytest.raises(invitations.NotOpen):
        invitations.revoke(invitation)
    assert over("nonsense")[0] == 404


def test_somebody_who_is_logged_in_is_told_so(owner: User, client: Client) -> None:
    _, secret = invitations.make(Terms(), by=None)
    client.force_login(owner)
    assert "You have an account" in client.get(_page(secret)).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_in(settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    _, secret = invitations.make(Terms(), by=None)
    answers: list[int] = []

    def sign_up(number: int) -> None:
        answers.append(_sign_up(secret, f"new{number}@example.com").status_code)
        connection.close()

    threads = [Thread(target=sign_up, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(email__startswith="new").count() == 1
    assert answers.count(410) == 4


def test_nobody_invites_to_rights_that_they_lack(db: None) -> None:
    inviter = staff.staff("inviter@example.com", "accounts.add_invitation")
    with pytest.raises(invitations.MayNotGive):
        invitations.make(Terms(role="moderator"), by=inviter)
    desk = Client()
    desk.force_login(inviter)
    form = {"email": "", "days": 7, "can_upload": "on", "role": "administrator"}
    assert desk.post(ADD, form).status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("ended", ["role", "staff", "account"])
def test_an_invitation_to_a_role_ends_with_the_right_to_give_it(db: None, ended: str) -> None:
    inviter = staff.with_role("administrator")
    _, plain = invitations.make(Terms(), by=inviter)
    invitation, secret = invitations.make(Terms(role="administrator"), by=inviter)
    assert Client().get(_page(secret)).status_code == 200
    if ended == "role":
        roles.take(inviter, "administrator")
    else:
        field = {"staff": "is_staff", "account": "is_active"}[ended]
        User.objects.filter(pk=inviter.pk).update(**{field: False})
    assert _sign_up(secret).status_code == 410
    with pytest.raises(invitations.NotOpen):
        invitations.accept(Invitation.objects.get(pk=invitation.pk), inviter)
    assert Client().get(_page(plain)).status_code == 200


def test_the_admin_shows_the_link_once_and_revokes(db: None, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "config.mail.NoServer"
    user = User.objects.create_user("head@example.com", "a long password")
    roles.give(user, "administrator")
    desk = Client()
    desk.force_login(user)
    form = {"email": "new@example.com", "days": 3, "can_upload": "on", "role": "operator"}
    answer = desk.post(ADD, {**form, "mailed": "on"}, follow=True).content.decode()
    assert "could not be sent" in answer
    found = re.search(r"/accounts/invitation/([\w-]+)/", answer)
    assert found
    assert Client().get(_page(found[1])).status_code == 200
    assert AuditEntry.objects.filter(action="invitation.created").count() == 1
    row = Invitation.objects.get()
    page = desk.get(f"/admin/accounts/invitation/{row.pk}/change/").content.decode()
    assert "Operator" in page
    assert found[1] not in page
    chosen = {"action": "revoke", "_selected_action": [str(row.pk)], "confirmed": "yes"}
    desk.post("/admin/accounts/invitation/", chosen)
    assert Client().get(_page(found[1])).status_code == 410


def test_the_command_prints_and_mails_the_link(
    db: None, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    site = "https://vod.example.org"
    call_command("invite", "new@example.com", site=site, mail=True, role="viewer")
    link = capsys.readouterr().out.strip()
    assert link.startswith(f"{site}/accounts/invitation/")
    assert link in mail.outbox[0].body
    assert "create an account on vod.example.org" in mail.outbox[0].body
    with pytest.raises(CommandError):
        call_command("invite", "new@example", site=site)
    with pytest.raises(CommandError):
        call_command("invite", plan="no-such-plan")
    with pytest.raises(CommandError):
        call_command("invite", mail=True)


def test_ended_invitations_are_forgotten(db: None) -> None:
    invitations.make(Terms("new@example.com"), by=None)
    assert invitations.prune_invitations() == 0
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=91))
    assert invitations.prune_invitations() == 1


def test_the_closed_sign_up_page_tells_of_invitations(
    client: Client, db: None, settings: LazySettings
) -> None:
    settings.SIGNUP_OPEN, settings.SIGNUP_BY_INVITATION = False, True
    assert "by invitation" in client.get("/accounts/signup/").content.decode()
