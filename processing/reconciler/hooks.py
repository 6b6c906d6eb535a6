"""Wake workers to act on the reports of generators, to ask about jobs without a report, and to
import images."""

from processing.pipeline import wake
from videos.ingest.hooks import waiting


def wake_hooks() -> int:
    """Wake a worker if a report or a question is due, and another if an image is; return how many
    wake-ups were sent.

    One wake-up in the queue is enough.
    """
    woken = 0
    if waiting.is_anything():
        woken += wake.top_up(waiting.QUEUE, 1, actor=waiting.ACTOR)
    if waiting.images().exists():
        woken += wake.top_up(waiting.IMAGES_QUEUE, 1, actor=waiting.IMAGES_ACTOR)
    return woken
