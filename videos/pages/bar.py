"""The progress bar of a video, from the first byte to ready, with the words beside it. Pure.

`static/js/bar.js` does the same with ticks of the feed.
"""

from processing.monitoring import stages
from processing.monitoring.progress import Progress
from videos.pages import words

UPLOAD_SHARE = 30.0
"""The percentage of the bar for the upload; processing has the rest."""


def percent(of_job: float, *, begins_at: float) -> float:
    """Return the position of a job's progress on a bar that begins with the upload's share."""
    return begins_at + of_job * (100.0 - begins_at) / 100.0


def stage(named: str, of_job: float, place: int | None = None) -> str:
    """Return the name of the stage. Between two tasks of a job nothing runs for a moment. A
    video whose encoding has begun, or that has been inspected and is next, is not shown as
    waiting then."""
    is_begun = of_job > stages.INSPECTED or (of_job == stages.INSPECTED and not place)
    if named == stages.WAITING and is_begun:
        return words.STAGES["encoding"]
    return words.STAGES.get(named, words.STAGES["processing"])


def download(now: Progress) -> str:
    """Return how much of an import has arrived, or its place in the queue."""
    file = now.download
    if file is None or (now.place is not None and not file.received):
        return words.place(now.place or 0)
    return words.download(file.received, file.size, file.bytes_a_second)


def time_left(seconds: int | None, place: int | None, of_job: float) -> str:
    """Return the time left once it is measured; until then the place in the queue, if the job
    waits."""
    if seconds is not None:
        return words.time_left(seconds)
    if place is not None and of_job <= stages.INSPECTED:
        return words.place(place)
    return words.ESTIMATING
