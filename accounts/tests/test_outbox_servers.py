"""Outgoing mails when mail servers misbehave and workers die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import outbox, verification
from accounts.models import OutgoingMail, User
from config import smtp
from tests.hostile_smtp import MailServer, running_mail_server

TEMPLATE = "mail/video_approved"


@pytest.fixture
def by(settings: LazySettings) -> Callable[[MailServer], None]:
    """Return a function that makes a server the one that mails are sent by."""

    def by(server: MailServer) -> None:
        settings.EMAIL_BACKEND = "config.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 1
        settings.DEFAULT_FROM_EMAIL = "Films <films@example.org>"

    return by


def write(*owners: User) -> None:
    for number, owner in enumerate(owners):
        outbox.write(owner, TEMPLATE, title=f"Clip {number}", message="", link="")


def later() -> None:
    """Make every waiting mail due, as if time had passed."""
    ago = timezone.now() - timedelta(seconds=1)
    OutgoingMail.objects.filter(next_at__isnull=False).update(next_at=ago)


def test_a_batch_goes_over_one_connection(owner: User, by: Callable[[MailServer], None]) -> None:
    write(owner, owner, owner)
    with running_mail_server() as server:
        by(server)
        assert outbox.send_due() == 3
    assert (server.connections, len(server.taken)) == (1, 3)
    assert server.taken[0]["Auto-Submitted"] == "auto-generated"
    assert str(server.taken[0]["Message-ID"]).endswith("@example.org>")


@pytest.mark.parametrize("manner", ["hang", "trickle"])
def test_a_server_that_says_nothing_costs_one_try_for_all(
    owner: User,
    by: Callable[[MailServer], None],
    monkeypatch: pytest.MonkeyPatch,
    manner: str,
) -> None:
    write(owner, owner, owner)
    with running_mail_server(manner=manner) as server:
        by(server)
        began = time.monotonic()
        with monkeypatch.context() as briefly:
            briefly.setattr(smtp, "CONVERSATION_SECONDS", 0.5)
            assert outbox.send_due() == 0
        assert time.monotonic() - began < 30
        assert server.connections == 1
        assert not outbox.is_due()
        assert set(OutgoingMail.objects.values_list("tries", flat=True)) == {0}
        server.manner = ""
        later()
        assert outbox.send_due() == 3


def test_hours_of_absence_delay_no_mail_by_hours(
    owner: User, by: Callable[[MailServer], None]
) -> None:
    write(owner, owner)
    with running_mail_server() as server:
        by(server)
    for _ in range(30):
        assert outbox.send_due() == 0
        longest = OutgoingMail.objects.order_by("-next_at").values_list("next_at", flat=True)[0]
        assert longest is not None
        assert longest - timezone.now() < timedelta(minutes=2)
        later()
    assert set(OutgoingMail.objects.values_list("error", flat=True)) == {"ConnectionRefusedError"}


def test_one_recipient_that_is_refused_keeps_nobody_waiting(
    owner: User, stranger: User, by: Callable[[MailServer], None]
) -> None:
    write(owner, stranger, owner)
    with running_mail_server(refuses=owner.email) as server:
        by(server)
        assert outbox.send_due() == 1
    assert [message["To"] for message in server.taken] == [stranger.email]
    refused = OutgoingMail.objects.filter(to=owner)
    assert set(refused.values_list("error", "sent_at")) == {("SMTPRecipientsRefused", None)}


def test_a_server_that_hangs_up_after_a_mail_gets_it_again_under_its_name(
    owner: User, by: Callable[[MailServer], None]
) -> None:
    write(owner, owner)
    with running_mail_server(drops=1) as server:
        by(server)
        assert outbox.send_due() == 1
        later()
        assert outbox.send_due() == 1
    names = Counter(message["Message-ID"] for message in server.taken)
    assert sorted(names.values()) == [1, 2]


def test_it_goes_to_who_is_there_when_its_turn_comes(
    owner: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(owner, stranger)

    class Slow(EmailBackend):
        """Changes the address of the second mail's recipient while the first mail is sent."""

        def send_messages(self, messages: Any) -> int:
            User.objects.filter(pk=stranger.pk).update(email="now@example.com")
            return super().send_messages(messages)

    monkeypatch.setattr(outbox, "get_connection", Slow)
    assert outbox.send_due() == 2
    assert mail.outbox[1].to == ["now@example.com"]


def test_nobody_who_left_is_written_to_and_the_row_says_so(owner: User) -> None:
    write(owner)
    User.objects.update(is_active=False)
    assert outbox.send_due() == 0
    row = OutgoingMail.objects.get()
    assert (row.sent_at, row.next_at, row.error) == (None, None, "AccountInactive")


def test_no_mail_goes_to_an_address_that_nobody_confirmed(owner: User) -> None:
    write(owner)
    verification.trust(owner)
    owner.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]  # allauth's
    assert outbox.send_due() == 0
    assert not mail.outbox
    owner.emailaddress_set.update(verified=True)  # type: ignore[attr-defined]  # allauth's
    later()
    assert outbox.send_due() == 1


def test_without_a_server_nothing_is_said_to_be_sent(owner: User, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND, settings.DEBUG = "config.mail.NoServer", False
    write(owner)
    assert outbox.send_due() == 0
    row = OutgoingMail.objects.get()
    assert (row.sent_at, row.error, row.tries) == (None, "NoServer", 0)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=8))
    later()
    outbox.send_due()
    assert OutgoingMail.objects.get().next_at is None


def test_who_waits_for_a_mail_server_holds_no_connection_to_the_database(
    transactional_db: None, owner: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[object] = []

    def send(self: EmailBackend, messages: Any) -> int:
        held.append(connection.connection)
        return len(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    client.post("/accounts/password/reset/", {"email": owner.email})
    assert held == [None]


def test_who_gives_a_wrong_address_is_not_told_that_the_server_is_away(
    db: None, client: Client, by: Callable[[MailServer], None]
) -> None:
    with running_mail_server(refuses="nobody@example.com") as server:
        by(server)
        client.raise_request_exception = False
        answer = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert "takes no mail for this address" in answer.content.decode()


def worker(server: MailServer) -> subprocess.Popen[bytes]:
    """Start a separate process that sends the mails that are due."""
    about = connection.settings_dict
    name = connection.get_connection_params().get("dbname") or about["NAME"]
    url = (
        f"sqlite:///{about['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{about['USER']}@{about['HOST']}:{about['PORT']}/{name}"
    )
    code = "import django; django.setup(); from accounts import outbox; outbox.send_due()"
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "EMAIL_FROM": "films@example.org",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.Popen([sys.executable, "-c", code], env=env)


@pytest.mark.slow
def test_a_mail_outlives_the_worker_that_was_killed_over_it(
    transactional_db: None, owner: User, by: Callable[[MailServer], None]
) -> None:
    write(owner)
    with running_mail_server(slow=0.5) as server:
        killed = worker(server)
        server.given = lambda: killed.send_signal(signal.SIGKILL)
        assert killed.wait(120) == -signal.SIGKILL
        row = OutgoingMail.objects.get()
        assert (row.sent_at, row.tries, outbox.is_due()) == (None, 1, False)
        server.given, server.slow = (lambda: None), 0.0
        by(server)
        later()
        assert outbox.send_due() == 1
    assert len({message["Message-ID"] for message in server.taken}) == 1
    assert OutgoingMail.objects.get().sent_at is not None


@pytest.mark.slow
def test_two_workers_send_no_mail_twice(transactional_db: None, owner: User) -> None:
    write(*[owner] * 12)
    with running_mail_server(slow=0.1) as server:
        workers = [worker(server) for _ in range(2)]
        assert [one.wait(120) for one in workers] == [0, 0]
    assert len(server.taken) == 12
    assert len({message["Message-ID"] for message in server.taken}) == 12
    assert not OutgoingMail.objects.filter(sent_at=None).exists()
