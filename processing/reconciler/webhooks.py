"""Wake workers to read the event log for webhooks, and to send those that are due."""

from processing.pipeline import wake
from videos.events import webhooks
from videos.webhooks import waiting


def wake_webhooks() -> int:
    """Wake a worker if an event is to be read or a message to be sent; return how many wake-ups
    were sent.

    One wake-up in the queue is enough.
    """
    if not waiting.is_anything():
        return 0
    return wake.top_up(webhooks.QUEUE, 1, actor=webhooks.ACTOR)
