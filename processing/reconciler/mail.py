"""Wake workers to send the waiting mails, and the waiting messages to browsers."""

from accounts import outbox
from accounts.actors import send_mails
from processing.pipeline import wake
from videos.actors import send_pushes
from videos.push import outbox as pushes


def wake_mail() -> int:
    """Wake a worker if a mail is due; return how many wake-ups were sent.

    One wake-up in the queue is enough.
    """
    if not outbox.is_due():
        return 0
    return wake.top_up(send_mails.queue_name, 1, actor=send_mails.actor_name)


def wake_push() -> int:
    """Wake a worker if a message to a browser is due; return how many wake-ups were sent."""
    if not pushes.is_due():
        return 0
    return wake.top_up(send_pushes.queue_name, 1, actor=send_pushes.actor_name)
