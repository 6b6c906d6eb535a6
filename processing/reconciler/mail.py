"""Have workers send the mails that wait."""

from accounts import outbox
from accounts.actors import send_mails
from processing.pipeline import wake


def wake_mail() -> int:
    """Wake a worker while a mail is due; one wake-up in the queue is enough."""
    if not outbox.is_due():
        return 0
    return wake.top_up(send_mails.queue_name, 1, actor=send_mails.actor_name)
