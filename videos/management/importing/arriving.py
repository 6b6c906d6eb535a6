"""Wait for the files that jobs fetch from URLs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from uuid import UUID

from django.db.models import QuerySet, Sum

from videos.management.importing.reporting import Reporter
from videos.models import Upload, Video

_LOOK_EVERY_SECONDS = 0.5
_MOST_AT_ONCE = 500
_GONE_WRONG = (Video.Status.FAILED, Video.Status.CANCELED)
_ARRIVING = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING)


def until_arrived(waiting: Mapping[UUID, str], report: Reporter) -> Iterator[tuple[UUID, str, str]]:
    """Wait until no file is being fetched any more; yield the videos whose file did not come, each
    with the code and the sentence. ``waiting`` has the name of each."""
    if not waiting:
        return
    ids = list(waiting)
    name = f"{len(ids)} from URLs"
    with report.reading(name, None) as read:
        told = 0
        for start in range(0, len(ids), _MOST_AT_ONCE):
            some = ids[start : start + _MOST_AT_ONCE]
            while _still(some).exists():
                time.sleep(_LOOK_EVERY_SECONDS)
                now = _received(ids[: start + _MOST_AT_ONCE])
                read(max(0, now - told))
                told = max(told, now)
            yield from _failed(some)


def _still(ids: list[UUID]) -> QuerySet[Video]:
    return Video.objects.filter(pk__in=ids, status__in=_ARRIVING, deleted_at=None)


def _received(ids: list[UUID]) -> int:
    found = Upload.objects.filter(video__in=ids).aggregate(all=Sum("received"))
    return found["all"] or 0


def _failed(ids: list[UUID]) -> Iterator[tuple[UUID, str, str]]:
    gone = Video.objects.filter(pk__in=ids, status__in=_GONE_WRONG)
    yield from gone.values_list("pk", "error_code", "error_message")
