"""Decide what becomes of a new video once its job knows the hash of its file.

A hash is known here before anything is encoded: a fetch hashes what it downloads, and the probe
hashes what came straight into the bucket. So a video that is to share the release of a duplicate is
never encoded for nothing. While the job of the duplicate is still making that release, the probe is
put off. Of several such videos each waits for one that waits for none of them: all decide with
the row of their owner locked, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from uuid import UUID

from django.db import transaction

from processing.models import Run
from processing.steps.context import NotYet, Outcome, Settled, SourceMissing, TaskContext
from videos import arrivals, duplicates
from videos.duplicates import Duplicate
from videos.models import Source, Upload, Video

LOOKED_FOR_EVERY = 5.0
"""Seconds between two looks whether the release of a duplicate is there."""
_AT_ONCE = 1.0
_AWAITED = "the job of a video of the same file"


class _Verdict(Enum):
    GO_ON = "go on"
    SHARE = "share"
    WAIT = "wait"
    REFUSE = "refuse"


def settle(context: TaskContext, sha256: str) -> Outcome | None:
    """Store the hash of a first job's source; return the outcome of a job that is over with it, as
    its video shares a release, or None if it is to go on.

    Raises ``Duplicate`` for a video that is to be refused, and ``NotYet`` for one that is to share
    a release which is still being made.
    """
    run = context.run
    if not sha256 or run.kind != Run.Kind.FIRST:
        return None
    with transaction.atomic():
        video = _held(run.video_id)
        verdict = _decide(video, run, context.source, sha256)
    if verdict is _Verdict.REFUSE and video.duplicate_of_id is not None:
        raise Duplicate(video.duplicate_of_id)
    if verdict is _Verdict.WAIT:
        raise NotYet(_AWAITED, LOOKED_FOR_EVERY)
    return Outcome(lambda: _share(run, sha256)) if verdict is _Verdict.SHARE else None


def _held(video_id: UUID) -> Video:
    """Return a video, with the rows of its owner and its own locked."""
    owner = Video.objects.filter(pk=video_id).values_list("owner_id", flat=True).first()
    duplicates.hold_owner(owner)
    video = Video.objects.select_for_update(of=("self",)).filter(pk=video_id).first()
    if video is None:
        raise SourceMissing
    return video


def _decide(video: Video, run: Run, source: Source, sha256: str) -> _Verdict:
    is_new = Source.objects.filter(pk=source.pk, sha256="").update(sha256=sha256)
    upload = Upload.objects.filter(video=video).values_list("settings", flat=True).first()
    asked = (upload or {}).get("on_duplicate", duplicates.KEEP)
    if asked == duplicates.SHARE:
        return _shares(video, run, sha256)
    if is_new:
        _note(video, duplicates.earlier(video.owner_id, sha256, but=video.pk))
    # Decided once, when the hash is stored: or two that come at once might refuse each other.
    is_refused = asked == duplicates.REFUSE and video.duplicate_of_id is not None
    return _Verdict.REFUSE if is_refused else _Verdict.GO_ON


def _shares(video: Video, run: Run, sha256: str) -> _Verdict:
    if duplicates.sharable(video, sha256, run.profile) is not None:
        return _Verdict.SHARE
    others = _making_the_same(video, run, sha256)
    awaited = _first_that_waits_for_none(others, video)
    if awaited is not None:
        _note(video, awaited)
        return _Verdict.WAIT
    other = duplicates.earlier(video.owner_id, sha256, but=video.pk)
    if other not in others:  # else that one waits for this
        _note(video, other)
    return _Verdict.GO_ON


def _making_the_same(video: Video, run: Run, sha256: str) -> list[Video]:
    """Return the other videos whose jobs make what this job would make."""
    others = duplicates.same_making(video, sha256, Video.Status.PROCESSING)
    active = Run.objects.filter(video__in=others, status__in=Run.ACTIVE)
    alike = {one.video_id for one in active if one.profile == run.profile}
    return [one for one in others if one.pk in alike]


def _first_that_waits_for_none(others: Sequence[Video], video: Video) -> Video | None:
    awaited = {video.pk, *(one.pk for one in others)}
    return next((one for one in others if not _waits(one, awaited)), None)


def _waits(video: Video, awaited: set[UUID]) -> bool:
    upload = getattr(video, "upload", None)
    asked = upload.settings.get("on_duplicate") if upload else None
    return asked == duplicates.SHARE and video.duplicate_of_id in awaited


def _note(video: Video, other: Video | None) -> None:
    video.duplicate_of = other
    Video.objects.filter(pk=video.pk).update(duplicate_of=other)


def _share(run: Run, sha256: str) -> Settled:
    """Share the release that was found, in the transaction of the task's end."""
    if not arrivals.share(Video.objects.get(pk=run.video_id), run, sha256):
        raise NotYet(_AWAITED, _AT_ONCE)  # the release was replaced or deleted a moment ago
    return Settled.SETTLED
