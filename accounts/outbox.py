"""Mails as rows: written in the transaction they tell of, sent by a worker, never on the way.

A mail is sent at least once. One that cannot be sent is tried again for a week, later each time;
then its row stays with the error, for people to see.
"""

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import OutgoingMail, User

logger = structlog.get_logger(__name__)

_TRIED_FOR = timedelta(days=7)
_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=6)
_BATCH = 50
_PRUNED = 500


def write(to: User, template: str, **context: Any) -> None:
    """Have a mail sent when the current transaction has committed: within seconds, by a worker."""
    OutgoingMail.objects.create(to=to, template=template, context=context, next_at=Now())


def send_due() -> int:
    """Send the mails that are due, the oldest first, up to a batch; how many went out."""
    due = OutgoingMail.objects.filter(next_at__lte=Now()).order_by("next_at")
    return sum(_send(mail) for mail in due.select_related("to")[:_BATCH])


def is_due() -> bool:
    """Whether a mail waits to be sent now."""
    return OutgoingMail.objects.filter(next_at__lte=Now()).exists()


def prune_mail() -> int:
    """Delete mails that were sent, or given up, as long ago as events are kept."""
    until = Now() - timedelta(days=settings.KEEP_EVENTS_DAYS)
    over = OutgoingMail.objects.filter(next_at=None, created_at__lt=until)
    count, _ = OutgoingMail.objects.filter(
        pk__in=list(over.values_list("pk", flat=True)[:_PRUNED])
    ).delete()
    return count


def _send(mail: OutgoingMail) -> bool:
    """Take a mail from all others by setting its next try, then send it."""
    retry = _retry_at(mail)
    taken = OutgoingMail.objects.filter(pk=mail.pk, tries=mail.tries, next_at__isnull=False)
    if not taken.update(next_at=retry, tries=F("tries") + 1):
        return False
    try:
        _hand_over(mail)
    except Exception as error:  # whatever is wrong with one mail, the others go out
        name = type(error).__name__
        logger.warning("mail_not_sent", reason=name, mail=mail.template, tries=mail.tries + 1)
        OutgoingMail.objects.filter(pk=mail.pk).update(error=name[:100])
        return False
    OutgoingMail.objects.filter(pk=mail.pk).update(next_at=None, sent_at=Now(), error="")
    return True


def _retry_at(mail: OutgoingMail) -> Any:
    wait = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** min(mail.tries, 10))
    if timezone.now() - mail.created_at + wait > _TRIED_FOR:
        return None
    return Now() + wait


def _hand_over(mail: OutgoingMail) -> None:
    if not mail.to.is_active:
        return
    subject = render_to_string(f"{mail.template}_subject.txt", mail.context)
    message = render_to_string(f"{mail.template}_message.txt", mail.context)
    send_mail(" ".join(subject.split()), message, None, [mail.to.email])
