"""What lies in folders: the items of a library, of every kind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from accounts import audit
from videos.events import log
from videos.models import Image, Video
from videos.models.library import LibraryItem

_BATCH = 500


def any_in(folder_id: UUID) -> bool:
    """Return whether anything lies directly in a folder, apart from what is in the trash."""
    return any(
        _of(kind).filter(folder=folder_id, deleted_at=None).exists()
        for kind in LibraryItem.__subclasses__()
    )


def move_all(folder_id: UUID, into: UUID | None) -> None:
    """Move all that lies directly in a folder, what is in the trash too; their events tell it.
    Call it in a transaction that holds both folders."""
    while images := list(_held(Image, folder_id)):
        Image.objects.filter(pk__in=[image.pk for image in images]).update(folder=into)
        told = [image for image in images if image.deleted_at is None]
        log.write_images("image.updated", told, changed=["folder"])
    while moved := list(_held(Video, folder_id)):
        _put(moved, into)


def move(videos: Collection[UUID], owner_id: Any, into: UUID | None) -> set[UUID]:
    """Put videos of an owner into a folder (None: the top); return the ids of those that the owner
    has, whether or not they were there already. Call it in a transaction that holds the folder.
    What is in the trash stays as it is."""
    own = Video.objects.filter(pk__in=videos, owner=owner_id, deleted_at=None)
    found = list(own.select_for_update(of=("self",)).order_by("pk"))
    moved = [video for video in found if video.folder_id != into]
    _put(moved, into)
    audit.person_did_to_each("video.updated", {video: _moved(video, into) for video in moved})
    return {video.pk for video in found}


def _moved(video: Video, into: UUID | None) -> dict[str, Any]:
    return {"changed": audit.changes({"folder_id": video.folder_id}, {"folder_id": into})}


def _put(videos: Sequence[Video], into: UUID | None) -> None:
    Video.objects.filter(pk__in=[video.pk for video in videos]).update(folder=into)
    told = [video.pk for video in videos if video.deleted_at is None]
    log.write_all("video.updated", told, changed=["folder"])


def _held(kind: Any, folder_id: UUID) -> Any:
    """Return some of the items of a kind in a folder, locked."""
    rows = _of(kind).select_for_update(of=("self",)).filter(folder=folder_id)
    return rows.order_by("pk")[:_BATCH]


def _of(kind: Any) -> Any:
    """Return all rows of a kind of item."""
    return kind.objects.all()
