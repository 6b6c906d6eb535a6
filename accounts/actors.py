"""The actor that sends mails: without an argument, only a wake-up. The mails are rows."""

import dramatiq

from accounts import outbox


@dramatiq.actor(queue_name="notify")
def send_mails() -> None:
    """Send what is due."""
    outbox.send_due()
