"""Wake workers to act on the reports of generators, and to ask about jobs without a report."""

from processing.pipeline import wake
from videos.ingest.hooks import waiting


def wake_hooks() -> int:
    """Wake a worker if a report or a question is due; return how many wake-ups were sent.

    One wake-up in the queue is enough.
    """
    if not waiting.is_anything():
        return 0
    return wake.top_up(waiting.QUEUE, 1, actor=waiting.ACTOR)
