"""What happens to a video whose owner has another one of the same bytes.

The request chooses (``on_duplicate``): both are kept, the new one is refused, or it shares the
release of the other without being encoded again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, Value, When

from accounts.models import User
from processing.models import Run
from videos import lifecycle
from videos.models import Release, Source, Video
from videos.tracks import described, embedded, generated

KEEP, REFUSE, SHARE = "keep", "refuse", "share"
CODE = "duplicate"
MESSAGE = "You have this file already, and asked for duplicates to be refused."

_LOOKED_AT = 50
_GONE_WRONG = (Video.Status.FAILED, Video.Status.CANCELED)


class Duplicate(Exception):
    """Raised when a file is refused because its owner has a video of the same bytes."""

    def __init__(self, video_id: UUID) -> None:
        super().__init__(f"video {video_id} has the same bytes")
        self.video_id = video_id


def earlier(owner_id: Any, sha256: str, *, but: UUID | None = None, **columns: Any) -> Video | None:
    """Return a video of the owner with these bytes, a ready one if there is one; None if there is
    none, or the hash is not known. Videos in the trash, failed and canceled ones do not count, nor
    those with others of the ``columns`` that are named."""
    if not sha256:
        return None
    same = Video.objects.filter(owner=owner_id, source__sha256=sha256, deleted_at=None)
    ready_first = Case(When(status=Video.Status.READY, then=Value(0)), default=Value(1))
    rows = same.exclude(status__in=_GONE_WRONG)
    rows = rows.filter(**columns) if but is None else rows.filter(**columns).exclude(pk=but)
    return rows.order_by(ready_first, "pk").first()


def require_none(owner: User, sha256: str, on_duplicate: str) -> None:
    """Raise ``Duplicate`` if duplicates are to be refused and this is one."""
    other = earlier(owner.pk, sha256) if on_duplicate == REFUSE else None
    if other is not None:
        raise Duplicate(other.pk)


def found(video: Video, sha256: str, on_duplicate: str) -> Video | None:
    """Record the video of which this is a duplicate, and return it; call it in the transaction that
    stores the hash. Two of the same owner never miss each other. Raises ``Duplicate``."""
    hold_owner(video.owner_id)
    other = earlier(video.owner_id, sha256, but=video.pk)
    if other is None:
        return None
    if on_duplicate == REFUSE:
        raise Duplicate(other.pk)
    Video.objects.filter(pk=video.pk).update(duplicate_of=other)
    return other


def hold_owner(owner_id: Any) -> None:
    """Lock the row of an owner, so that of two videos of the same bytes one sees the other."""
    list(User.objects.select_for_update(no_key=True, of=("self",)).filter(pk=owner_id))


def same_making(video: Video, sha256: str, status: Video.Status) -> list[Video]:
    """Return the owner's other videos of these bytes and of the same clip that are in this state,
    the earliest first."""
    same = Video.objects.filter(
        owner=video.owner_id,
        source__sha256=sha256,
        deleted_at=None,
        clip_start=video.clip_start,
        clip_end=video.clip_end,
        status=status,
    )
    rows = same.exclude(pk=video.pk).select_related("release", "source", "upload")
    return list(rows.order_by("pk")[:_LOOKED_AT])


def sharable(video: Video, sha256: str, profile: Mapping[str, Any]) -> Video | None:
    """Return a ready video with the release that this one's own job would make, if there is one."""
    for other in same_making(video, sha256, Video.Status.READY) if sha256 else ():
        release, source = other.release, other.source
        if release is None or source is None or source.dropped_at is not None:
            continue
        if release.state == Release.State.COMPLETE and _is_made_by(release, profile):
            return other
    return None


def share(video: Video, other: Video, profile: Mapping[str, Any]) -> bool:
    """Make an arriving or processing video ready with the release and the source of another, if
    that is what its own job would make; return whether it is.

    The rows are locked in the order of the pipeline, so neither the release nor the source can be
    deleted in the meantime. Raises ``lifecycle.InvalidTransition``.
    """
    release_id, source_id = other.release_id, other.source_id
    same = (video.clip_start, video.clip_end) == (other.clip_start, other.clip_end)
    if not same or release_id is None or source_id is None:
        return False
    complete = Release.objects.select_for_update().filter(
        pk=release_id, state=Release.State.COMPLETE
    )
    release = complete.first()
    if release is None or not _is_made_by(release, profile):
        return False
    kept = Source.objects.select_for_update(no_key=True).filter(pk=source_id, dropped_at=None)
    source = kept.first()
    still = Video.objects.filter(pk=other.pk, release=release, status=Video.Status.READY)
    if source is None or not still.exists():
        return False
    lifecycle.share(video.pk, source=source, release=release, media_type=other.media_type)
    Video.objects.filter(pk=video.pk).update(duplicate_of=other)
    embedded.copy(other.pk, video.pk)
    generated.copy(other.pk, video.pk)
    described.follow(video.pk)
    return True


def _is_made_by(release: Release, profile: Mapping[str, Any]) -> bool:
    made = Run.objects.filter(release=release).values_list("profile", flat=True).first()
    return made is not None and made == json.loads(json.dumps(profile))
