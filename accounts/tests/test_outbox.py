"""Outgoing mails: none is lost, none delays a request, none is sent twice without need."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts import outbox
from accounts.actors import send_mails
from accounts.models import OutgoingMail, User
from processing.management.commands import worker
from processing.reconciler.mail import wake_mail

TEMPLATE = "mail/video_approved"


class Broken(EmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, messages: Any) -> int:
        raise OSError("connection refused")


@pytest.fixture
def mail_to_owner(owner: User) -> OutgoingMail:
    outbox.write(owner, TEMPLATE, title="A clip", message="", link="")
    return OutgoingMail.objects.get()


def test_a_mail_goes_out_once(mail_to_owner: OutgoingMail) -> None:
    assert [outbox.send_due(), outbox.send_due()] == [1, 0]
    mail_to_owner.refresh_from_db()
    assert mail_to_owner.sent_at is not None
    assert len(mail.outbox) == 1
    assert not outbox.is_due()


def test_it_goes_to_the_address_of_now(mail_to_owner: OutgoingMail, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(email="new@example.com")
    outbox.send_due()
    assert mail.outbox[0].to == ["new@example.com"]


def test_a_server_that_is_down_loses_none(
    mail_to_owner: OutgoingMail, settings: LazySettings
) -> None:
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    assert outbox.send_due() == 0
    mail_to_owner.refresh_from_db()
    assert (mail_to_owner.tries, mail_to_owner.error) == (1, "OSError")
    assert outbox.send_due() == 0  # it is not due again at once
    settings.EMAIL_BACKEND = works
    OutgoingMail.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    assert outbox.send_due() == 1


def test_one_broken_mail_keeps_no_other_back(mail_to_owner: OutgoingMail, owner: User) -> None:
    OutgoingMail.objects.update(template="mail/there_is_none")
    outbox.write(owner, TEMPLATE, title="Another", message="", link="")
    assert outbox.send_due() == 1
    assert "Another" in mail.outbox[0].subject


def test_after_a_week_it_is_given_up_and_stays(
    mail_to_owner: OutgoingMail, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=7), tries=20)
    outbox.send_due()
    mail_to_owner.refresh_from_db()
    assert (mail_to_owner.next_at, mail_to_owner.sent_at) == (None, None)
    assert not outbox.is_due()


def test_old_ones_are_pruned(mail_to_owner: OutgoingMail, owner: User) -> None:
    outbox.send_due()
    assert outbox.prune_mail() == 0
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=400))
    outbox.write(owner, TEMPLATE, title="Waits", message="", link="")
    assert outbox.prune_mail() == 1
    assert OutgoingMail.objects.get().next_at is not None


def test_workers_know_the_actor_and_the_reconciler_wakes_it(
    mail_to_owner: OutgoingMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[Any, ...]] = []

    def top_up(queue: str, wanted: int, *, actor: str) -> int:
        woken.append((queue, actor))
        return wanted

    monkeypatch.setattr("processing.pipeline.wake.top_up", top_up)
    assert wake_mail() == 1
    assert woken == [("notify", send_mails.actor_name)]
    assert "accounts.actors" in worker._MODULES
