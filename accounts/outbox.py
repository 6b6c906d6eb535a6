"""Mails as rows: written in the transaction they tell of, sent by a worker, never on the way.

A mail is sent at least once, under one Message-ID, by which mailboxes know it again. One that
cannot be sent is tried again for a week, later each time; then its row stays with the error, for
people to see. While the server itself cannot be reached all of them wait for it together, and none
counts that as a try.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from accounts import verification
from accounts.models import OutgoingMail, User
from config import mail as mail_server

logger = structlog.get_logger(__name__)

_TRIED_FOR = timedelta(days=7)
_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=6)
_SERVER_RETRY = timedelta(minutes=1)
# Who took a mail and says nothing for so long was killed: more than sending one can take.
_LEASE = timedelta(minutes=5)
_BATCH_SECONDS = 30
_PRUNED = 500


class NoServer(Exception):
    """Raised when no mail server is named."""


class AccountInactive(Exception):
    """Raised when nobody is there any more to read a mail."""


class NotTaken(Exception):
    """Raised when the mail server took nothing, and said nothing against it."""


def write(to: User, template: str, **context: Any) -> None:
    """Have a mail sent when the current transaction has committed: within seconds, by a worker."""
    OutgoingMail.objects.create(to=to, template=template, context=context, next_at=Now())


def send_due() -> int:
    """Send the mails that are due, the oldest first, for half a minute; how many went out."""
    sent, until = 0, time.monotonic() + _BATCH_SECONDS
    server: Any = get_connection()
    try:
        while is_due() and time.monotonic() < until:
            try:
                _open(server)
            except Exception as error:  # whatever is wrong with it, it concerns them all
                _wait_for_server(error)
                break
            if (mail := _take()) is not None:
                sent += _send(mail, server)
    finally:
        _hang_up(server)
    return sent


def is_due() -> bool:
    """Whether a mail waits to be sent now."""
    return _due().exists()


def prune_mail() -> int:
    """Delete mails that were sent, or given up, as long ago as events are kept."""
    until = Now() - timedelta(days=settings.KEEP_EVENTS_DAYS)
    over = OutgoingMail.objects.filter(next_at=None, created_at__lt=until)
    count, _ = OutgoingMail.objects.filter(
        pk__in=list(over.values_list("pk", flat=True)[:_PRUNED])
    ).delete()
    return count


def _due() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(next_at__lte=Now())


def _open(server: Any) -> None:
    if not mail_server.goes_anywhere():
        raise NoServer
    server.open()


def _hang_up(server: Any) -> None:
    with suppress(Exception):  # also one that answers nothing sensible any more
        server.close()


def _wait_for_server(error: Exception) -> None:
    name = type(error).__name__
    logger.warning("mail_not_sent", reason=name, waiting=_due().count())
    _due().filter(created_at__lt=Now() - _TRIED_FOR).update(next_at=None, error=name[:100])
    _due().update(next_at=Now() + _SERVER_RETRY, error=name[:100])


def _take() -> OutgoingMail | None:
    """Take the oldest mail from all others, for as long as the lease lasts; None when others were
    faster."""
    mail = _due().order_by("next_at").first()
    if mail is None:
        return None
    taken = _due().filter(pk=mail.pk, tries=mail.tries)
    if not taken.update(next_at=Now() + _LEASE, tries=F("tries") + 1):
        return None
    mail.tries += 1
    return mail


def _send(mail: OutgoingMail, server: Any) -> bool:
    row = OutgoingMail.objects.filter(pk=mail.pk)
    try:
        _hand_over(mail, server)
    except Exception as error:  # whatever is wrong with one mail, the others go out
        _hang_up(server)
        name = type(error).__name__
        logger.warning("mail_not_sent", reason=name, mail=mail.template, tries=mail.tries)
        row.update(next_at=_retry_at(mail, error), error=name[:100])
        return False
    row.update(next_at=None, sent_at=Now(), error="")
    return True


def _retry_at(mail: OutgoingMail, error: Exception) -> Any:
    wait = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** min(mail.tries - 1, 10))
    is_over = timezone.now() - mail.created_at + wait > _TRIED_FOR
    return None if is_over or isinstance(error, AccountInactive) else Now() + wait


def _hand_over(mail: OutgoingMail, server: Any) -> None:
    to = User.objects.get(pk=mail.to_id)  # as they are now
    if not to.is_active:
        raise AccountInactive
    verification.require_verified(to)
    subject = render_to_string(f"{mail.template}_subject.txt", mail.context)
    message = EmailMessage(
        " ".join(subject.split()),
        render_to_string(f"{mail.template}_message.txt", mail.context),
        to=[to.email],
        connection=server,
        headers={"Message-ID": _message_id(mail), "Auto-Submitted": "auto-generated"},
    )
    if not message.send():
        raise NotTaken


def _message_id(mail: OutgoingMail) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{mail.pk}@{domain or 'localhost'}>"
