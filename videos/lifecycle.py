"""Change the status of videos: the only module that does, by compare-and-set along legal moves.

Every move writes its event in the same transaction; a move back to processing is told by its job.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now

from videos import lifetimes, objects
from videos.events import log
from videos.models import Release, Rendition, Source, Upload, Video
from videos.upload_parts import close_parts

Status = Video.Status

LEGAL_MOVES: dict[str, frozenset[str]] = {
    Status.PENDING_UPLOAD: frozenset({Status.UPLOADING, Status.FAILED, Status.CANCELED}),
    Status.UPLOADING: frozenset({Status.PROCESSING, Status.READY, Status.FAILED, Status.CANCELED}),
    Status.PROCESSING: frozenset({Status.READY, Status.FAILED, Status.CANCELED}),
    Status.READY: frozenset(),
    Status.FAILED: frozenset({Status.PROCESSING}),
    Status.CANCELED: frozenset({Status.PROCESSING}),
}

_TOLD: dict[str, str] = {
    Status.UPLOADING: "video.upload.started",
    Status.READY: "video.ready",
    Status.FAILED: "video.failed",
    Status.CANCELED: "video.canceled",
}


class InvalidTransition(Exception):
    """Raised when a video is not in a state from which this move is legal."""

    def __init__(self, video_id: UUID, target: str) -> None:
        super().__init__(f"video {video_id} cannot become {target} from its current state")
        self.video_id = video_id
        self.target = target


def begin_upload(video_id: UUID) -> None:
    """Mark the video as uploading once its first bytes arrive; do nothing if it is already, also
    by another request at the same moment.

    Raises ``InvalidTransition`` for an upload that is over.
    """
    uploading = Video.objects.filter(pk=video_id, status=Status.UPLOADING)
    if uploading.exists():
        return
    try:
        _move(video_id, Status.UPLOADING, unless_deleted=True)
    except InvalidTransition:
        if not uploading.exists():
            raise


def finish_upload(video_id: UUID, *, source: Source) -> None:
    """Start processing when all bytes are stored. Raises ``InvalidTransition`` for an upload that
    was canceled, given up or deleted in the meantime."""
    with transaction.atomic():
        _move(
            video_id,
            Status.PROCESSING,
            origins=[Status.UPLOADING],
            unless_deleted=True,
            source=source,
        )
        _tell_arrival(video_id, source)


def _tell_arrival(video_id: UUID, source: Source) -> None:
    """Log that the whole file of a video has arrived."""
    told = {"size": source.size, "sha256": source.sha256 or None}
    log.write("video.upload.completed", video_id, **told)


def share(video_id: UUID, *, source: Source, release: Release, media_type: str) -> None:
    """Make a video whose bytes have arrived ready, with the release of a duplicate. Raises
    ``InvalidTransition`` like ``finish_upload``."""
    with transaction.atomic():
        arriving = Video.objects.select_for_update(of=("self",)).filter(
            pk=video_id, status=Status.UPLOADING, deleted_at=None
        )
        if arriving.exists():
            _tell_arrival(video_id, source)
        _move(
            video_id,
            Status.READY,
            origins=[Status.UPLOADING, Status.PROCESSING],
            unless_deleted=True,
            source=source,
            release=release,
            media_type=media_type,
            playable=True,
            ready_at=Now(),
        )


def begin_again(video_id: UUID, *, source: Source) -> None:
    """Move a failed or canceled video back to processing. The job that is queued with it is told
    as an event, the move is not."""
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
    """Point a video in its first run at its growing release, once a part of it plays."""
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
    """Withdraw the release of a video in its first run; nothing plays until it is made again."""
    updated = Video.objects.filter(
        pk=video_id, status=Status.PROCESSING, release_id=release_id
    ).update(release=None, playable=False)
    if updated:
        log.write("video.withdrawn", video_id)


def publish(video_id: UUID, *, release: Release) -> None:
    """Point the video at the release of its completed run, and retire the release that it replaces,
    unless another video shares that.

    A video in processing becomes ready; a ready one that was reprocessed stays ready.
    """
    with transaction.atomic():
        video = Video.objects.select_for_update().get(pk=video_id)
        replaced = video.release_id if video.release_id != release.pk else None
        if video.status == Status.READY:
            Video.objects.filter(pk=video_id).update(release=release)
            log.write("video.reprocessed", video)
        else:
            _move(
                video_id,
                Status.READY,
                origins=[Status.PROCESSING],
                release=release,
                playable=True,
                ready_at=Now(),
            )
        if replaced is not None and not _is_shared(replaced):
            retire(replaced, source=video.source)


def _is_shared(release_id: UUID) -> bool:
    """Return whether a video plays a release, with its row locked against a video that is just
    being given it."""
    list(Release.objects.select_for_update().filter(pk=release_id))
    return Video.objects.filter(release=release_id).exists()


def retire(release_id: UUID, *, source: Source | None) -> None:
    """Retire a replaced release; it is kept as long as an issued address of it may be valid."""
    told = lifetimes.seconds_of(source.found if source else None)
    measured = Release.objects.values_list("duration", flat=True).get(pk=release_id) or 0.0
    longest = lifetimes.longest_address(max(told, measured))
    Release.objects.filter(pk=release_id).update(
        state=Release.State.RETIRED, keep_until=Now() + longest
    )


def fail(video_id: UUID, *, code: str, message: str) -> None:
    """Mark the video as failed, with this error."""
    _move(
        video_id,
        Status.FAILED,
        error_code=code,
        error_message=message,
        release=None,
        playable=False,
    )


def cancel(video_id: UUID) -> None:
    """Mark the video as canceled, and close its upload if that is still open."""
    with transaction.atomic():
        _move(video_id, Status.CANCELED, release=None, playable=False)
        _close_upload(video_id)


def _close_upload(video_id: UUID) -> None:
    """Close a canceled video's upload with its parts, and mark its bytes. Whoever still writes them
    finds the upload closed, and marks them again."""
    still_open = Upload.objects.filter(video=video_id, finished_at=None)
    for upload in list(still_open):
        closed = still_open.filter(pk=upload.pk).update(
            finished_at=Now(), error_code=Upload.CANCELED, settings=upload.settings_kept
        )
        if closed:
            close_parts(upload, code=Upload.CANCELED)
            objects.mark_original(upload.key)


def delete(video_id: UUID) -> None:
    """Move the video into the trash; do nothing if it is there already, or gone."""
    with transaction.atomic():
        if Video.objects.filter(pk=video_id, deleted_at=None).update(deleted_at=Now()):
            log.write("video.deleted", video_id)


def restore(video_id: UUID) -> None:
    """Take the video out of the trash; do nothing if it is not there.

    An expiry in the past would put it there again, so it is cleared.
    """
    lasting = Case(When(expires_at__gt=Now(), then=F("expires_at")), default=None)
    with transaction.atomic():
        trashed = Video.objects.filter(pk=video_id, deleted_at__isnull=False)
        if trashed.update(deleted_at=None, expires_at=lasting):
            log.write("video.restored", video_id)


def _move(
    video_id: UUID,
    target: Status,
    *,
    origins: Sequence[str] | None = None,
    unless_deleted: bool = False,
    **fields: Any,
) -> None:
    """Move a video along the legal moves, or only from some ``origins``; with ``unless_deleted``
    only if it is not deleted. Raises ``InvalidTransition``."""
    legal = [origin for origin, targets in LEGAL_MOVES.items() if target in targets]
    standing = Video.objects.filter(pk=video_id, status__in=legal if origins is None else origins)
    if unless_deleted:
        standing = standing.filter(deleted_at=None)
    with transaction.atomic():
        updated = standing.update(status=target, **fields)
        if not updated:
            raise InvalidTransition(video_id, target)
        if target in _TOLD:
            log.write(_TOLD[target], video_id)
