"""The actor that sends mails. Its message has no argument and only wakes it: mails are rows."""

import dramatiq

from accounts import outbox


@dramatiq.actor(queue_name="notify")
def send_mails() -> None:
    """Send the mails that are due."""
    outbox.send_due()
