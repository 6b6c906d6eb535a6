"""Wake workers to send the waiting mails."""

from accounts import outbox
from accounts.actors import send_mails
from processing.pipeline import wake


def wake_mail() -> int:
    """Wake a worker if a mail is due; return how many wake-ups were sent.

    One wake-up in the queue is enough.
    """
    if not outbox.is_due():
        return 0
    return wake.top_up(send_mails.queue_name, 1, actor=send_mails.actor_name)
