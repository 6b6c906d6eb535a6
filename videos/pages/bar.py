"""One bar from the first byte to ready: where a video stands on it, and the words beside it. Pure.

`static/js/bar.js` does the same with ticks of the feed.
"""

from processing.monitoring import stages
from videos.pages import words

UPLOAD_SHARE = 30.0
"""Percent of the bar that the bytes on their way take; its processing has the rest."""


def percent(of_job: float, *, begins_at: float) -> float:
    """Where a job's percent stand on a bar whose first part is the upload's."""
    return begins_at + of_job * (100.0 - begins_at) / 100.0


def stage(named: str, of_job: float, place: int | None = None) -> str:
    """What is being done. Between two tasks of a job nothing runs for a moment: a video that was
    begun is not said to wait for that, nor one that was looked at and is next."""
    is_begun = of_job > stages.INSPECTED or (of_job == stages.INSPECTED and not place)
    if named == stages.WAITING and is_begun:
        return words.STAGES["encoding"]
    return words.STAGES.get(named, words.STAGES["processing"])


def time_left(seconds: int | None, place: int | None, of_job: float) -> str:
    """How long it takes, once that is measured; until then its place in the queue, if it waits."""
    if seconds is not None:
        return words.time_left(seconds)
    if place is not None and of_job <= stages.INSPECTED:
        return words.place(place)
    return words.ESTIMATING
