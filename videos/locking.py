"""Lock a video with all its runs, in the order of the pipeline: runs, releases, video.

If a run begins between the two locks, that is detected and everything is tried again.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from processing.models import Run
from videos.models import Video

T = TypeVar("T")

_TRIES = 5


class VideoBusy(Exception):
    """Raised when new runs of a video begin faster than it can be locked; trying again may help."""


class _RunsChanged(Exception):
    """Raised when a run began before its video was locked."""


def in_transaction(act: Callable[[], T]) -> T:
    """Call ``act``, which locks a video with its runs, in a transaction. Raises ``VideoBusy``."""
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return act()
        except _RunsChanged:
            continue
    raise VideoBusy


def runs_of(video_id: UUID) -> Sequence[Run]:
    """Return the runs of a video, with their rows locked until the transaction ends."""
    runs = Run.objects.select_for_update(of=("self",)).filter(video=video_id)
    return list(runs.order_by("pk"))


def video(video_id: UUID, runs: Sequence[Run]) -> Video | None:
    """Return the video of locked runs, with its row locked too; None if it is gone."""
    found = Video.objects.select_for_update(of=("self",)).filter(pk=video_id).first()
    if found is not None and Run.objects.filter(video=video_id).count() != len(runs):
        raise _RunsChanged
    return found
