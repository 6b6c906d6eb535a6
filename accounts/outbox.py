"""Outgoing mails as rows: each is written in the transaction that it reports, and sent by a worker.

A mail is sent at least once, always under the same Message-ID, so that mailboxes recognise a
duplicate. A mail that cannot be sent is retried for a week at growing intervals; then its row
stays, with the error, for people to see. While the mail server itself cannot be reached, all mails
wait together, and this does not count as a try.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils import timezone

from accounts import verification
from accounts.models import OutgoingMail, User
from config import mail as mail_server

logger = structlog.get_logger(__name__)

_TRIED_FOR = timedelta(days=7)
_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=6)
_SERVER_RETRY = timedelta(minutes=1)
# Longer than sending one mail can take: a worker that is silent for so long was killed.
_LEASE = timedelta(minutes=5)
_BATCH_SECONDS = 30
_PRUNED = 500


class NoServer(Exception):
    """Raised when no mail server is configured."""


class AccountInactive(Exception):
    """Raised when the recipient's account is no longer active."""


class NotTaken(Exception):
    """Raised when the mail backend sent nothing and reported no error."""


def write(to: User, template: str, **context: Any) -> None:
    """Queue a mail: a worker sends it within seconds after the current transaction commits."""
    OutgoingMail.objects.create(to=to, template=template, context=context, next_at=Now())


def send_due() -> int:
    """Send the mails that are due, the oldest first, for at most half a minute, and return how
    many were sent."""
    sent, until = 0, time.monotonic() + _BATCH_SECONDS
    server: Any = get_connection()
    try:
        while is_due() and time.monotonic() < until:
            try:
                _open(server)
            except Exception as error:  # whatever is wrong with the server concerns all mails
                _wait_for_server(error)
                break
            if (mail := _take()) is not None:
                sent += _send(mail, server)
    finally:
        _hang_up(server)
    return sent


def is_due() -> bool:
    """Whether a mail is due now."""
    return _due().exists()


def prune_mail() -> int:
    """Delete mails that are sent or given up and older than ``KEEP_EVENTS_DAYS``, at most 500 at a
    time, and return how many rows were deleted."""
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
    with suppress(Exception):  # the server may no longer answer sensibly
        server.close()


def _wait_for_server(error: Exception) -> None:
    name = type(error).__name__
    logger.warning("mail_not_sent", reason=name, waiting=_due().count())
    _due().filter(created_at__lt=Now() - _TRIED_FOR).update(next_at=None, error=name[:100])
    _due().update(next_at=Now() + _SERVER_RETRY, error=name[:100])


def _take() -> OutgoingMail | None:
    """Claim the oldest due mail for the time of the lease; None if there is none or another worker
    claimed it first."""
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
    except Exception as error:  # an error with one mail must not keep the others back
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
    to = User.objects.get(pk=mail.to_id)  # read again, for the current address
    if not to.is_active:
        raise AccountInactive
    verification.require_verified(to)
    subject = render_to_string(f"{mail.template}_subject.txt", mail.context)
    message = EmailMultiAlternatives(
        " ".join(subject.split()),
        render_to_string(f"{mail.template}_message.txt", mail.context),
        to=[to.email],
        connection=server,
        headers=_headers(mail),
    )
    if (page := _page(mail)) is not None:
        message.attach_alternative(page, "text/html")
    if not message.send():
        raise NotTaken


def _page(mail: OutgoingMail) -> str | None:
    """Return the mail as HTML; None if it is text alone."""
    try:
        template = get_template(f"{mail.template}_message.html")
    except TemplateDoesNotExist:
        return None
    return template.render(mail.context)


def _headers(mail: OutgoingMail) -> dict[str, str]:
    """Return the headers, with one click to get no more such mails if the mail has a link for
    that (RFC 8058)."""
    headers = {"Message-ID": _message_id(mail), "Auto-Submitted": "auto-generated"}
    if link := mail.context.get("unsubscribe"):
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _message_id(mail: OutgoingMail) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{mail.pk}@{domain or 'localhost'}>"
