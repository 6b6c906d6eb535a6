"""The one place that moves a video's status: by compare-and-set, along the legal moves.

Every move writes its event in the same transaction.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from videos import lifetimes
from videos.events import log
from videos.models import Release, Rendition, Source, Video

Status = Video.Status

LEGAL_MOVES: dict[str, frozenset[str]] = {
    Status.PENDING_UPLOAD: frozenset({Status.FAILED, Status.CANCELED}),
    Status.UPLOADING: frozenset({Status.PROCESSING, Status.FAILED, Status.CANCELED}),
    Status.PROCESSING: frozenset({Status.READY, Status.FAILED, Status.CANCELED}),
    Status.READY: frozenset(),
    Status.FAILED: frozenset({Status.PROCESSING}),
    Status.CANCELED: frozenset({Status.PROCESSING}),
}


class InvalidTransition(Exception):
    """Raised when a video is not in a state from which this move is legal."""

    def __init__(self, video_id: UUID, target: str) -> None:
        super().__init__(f"video {video_id} cannot become {target} from its current state")
        self.video_id = video_id
        self.target = target


def finish_upload(video_id: UUID, *, source: Source) -> None:
    """All bytes are stored. An upload that was canceled, given up or deleted meanwhile stays so."""
    _move(
        video_id, Status.PROCESSING, origins=[Status.UPLOADING], unless_deleted=True, source=source
    )


def begin_again(video_id: UUID, *, source: Source) -> None:
    """A failed or canceled video is tried again."""
    origins = [Status.FAILED, Status.CANCELED]
    _move(
        video_id,
        Status.PROCESSING,
        origins=origins,
        source=source,
        error_code="",
        error_message="",
    )


def make_playable(video_id: UUID, *, release: Release) -> None:
    """Point a video in its first run at its growing release, once something plays."""
    updated = Video.objects.filter(pk=video_id, status=Status.PROCESSING).update(
        release=release, playable=True
    )
    if updated:
        frames = release.renditions.largest_first().filter(kind=Rendition.Kind.VIDEO)
        log.write(
            "video.playable",
            video_id,
            rungs=list(frames.values_list("name", flat=True)),
            available_seconds=release.available_seconds,
        )


def unpublish(video_id: UUID, *, release_id: UUID) -> None:
    """What played of a video in its first run is made again: it plays no more until then."""
    updated = Video.objects.filter(
        pk=video_id, status=Status.PROCESSING, release_id=release_id
    ).update(release=None, playable=False)
    if updated:
        log.write("video.withdrawn", video_id)


def publish(video_id: UUID, *, release: Release) -> None:
    """A run has completed: point the video at its release, and retire the one it replaces.

    A video in processing becomes ready; a ready one that was reprocessed stays ready.
    """
    with transaction.atomic():
        video = Video.objects.select_for_update().get(pk=video_id)
        replaced = video.release_id if video.release_id != release.pk else None
        if video.status == Status.READY:
            Video.objects.filter(pk=video_id).update(release=release)
            log.write("video.reprocessed", video)
        else:
            _move(video_id, Status.READY, release=release, playable=True, ready_at=Now())
        if replaced is not None:
            retire(replaced, source=video.source)


def retire(release_id: UUID, *, source: Source | None) -> None:
    """A release is replaced, and kept for as long as anybody may hold an address of it."""
    told = lifetimes.seconds_of(source.found if source else None)
    measured = Release.objects.values_list("duration", flat=True).get(pk=release_id) or 0.0
    longest = lifetimes.longest_address(max(told, measured))
    Release.objects.filter(pk=release_id).update(
        state=Release.State.RETIRED, keep_until=Now() + longest
    )


def fail(video_id: UUID, *, code: str, message: str) -> None:
    """It cannot be processed, for this reason."""
    _move(
        video_id,
        Status.FAILED,
        error_code=code,
        error_message=message,
        release=None,
        playable=False,
    )


def cancel(video_id: UUID) -> None:
    """Somebody stopped it."""
    _move(video_id, Status.CANCELED, release=None, playable=False)


def delete(video_id: UUID) -> None:
    """It goes into the trash; nothing when it is there, or gone."""
    with transaction.atomic():
        if Video.objects.filter(pk=video_id, deleted_at=None).update(deleted_at=Now()):
            log.write("video.deleted", video_id)


def restore(video_id: UUID) -> None:
    """It comes back from the trash; nothing when it is not there."""
    with transaction.atomic():
        trashed = Video.objects.filter(pk=video_id, deleted_at__isnull=False)
        if trashed.update(deleted_at=None):
            log.write("video.restored", video_id)


def _move(
    video_id: UUID,
    target: Status,
    *,
    origins: Sequence[str] | None = None,
    unless_deleted: bool = False,
    **fields: Any,
) -> None:
    """Along the legal moves, or only from some ``origins``; ``unless_deleted`` not of a video
    that was deleted."""
    legal = [origin for origin, targets in LEGAL_MOVES.items() if target in targets]
    standing = Video.objects.filter(pk=video_id, status__in=legal if origins is None else origins)
    if unless_deleted:
        standing = standing.filter(deleted_at=None)
    with transaction.atomic():
        updated = standing.update(status=target, **fields)
        if not updated:
            raise InvalidTransition(video_id, target)
        log.write(f"video.{target}", video_id)
