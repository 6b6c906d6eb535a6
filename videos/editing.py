"""Change what a video's owner may change, and log the change as an event."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import User
from videos import contents, folders
from videos.events import log
from videos.ingest.uploads import ExternalIdTaken
from videos.models import Video
from videos.tracks import described

_EDITABLE = frozenset(
    {
        "title",
        "description",
        "visibility",
        "folder_id",
        "tags",
        "metadata",
        "external_id",
        "expires_at",
    }
)


def edit(video: Video, **fields: Any) -> Video:
    """Write the fields that differ from the stored ones; return the video as stored afterwards.

    If nothing differs, nothing is written and no event is logged. Raises ``Video.DoesNotExist`` if
    the video was deleted in the meantime, ``NoSuchFolder``, or ``ExternalIdTaken``.
    """
    if not _EDITABLE.issuperset(fields):
        raise TypeError(f"not to be edited: {', '.join(sorted(set(fields) - _EDITABLE))}")
    with transaction.atomic():
        if (folder := fields.get("folder_id")) is not None:
            folders.hold(folder, video.owner_id)
        standing = Video.objects.select_for_update(of=("self",)).get(pk=video.pk, deleted_at=None)
        before = {name: getattr(standing, name) for name in fields}
        changed = [name for name, value in fields.items() if before[name] != value]
        for name in changed:
            setattr(standing, name, fields[name])
        if changed:
            _save(standing, changed)
            if "description" in changed:
                described.follow(standing.pk)
            told = sorted("folder" if name == "folder_id" else name for name in changed)
            log.write("video.updated", standing, changed=told)
            was = audit.changes(before, fields)
            action = "visibility_changed" if "visibility" in changed else "updated"
            audit.person_did(f"video.{action}", standing, changed=was)
    return standing


def move(owner: User, videos: Collection[UUID], folder: UUID | None) -> set[UUID]:
    """Put videos into a folder of their owner (None: the top), and log it for each that moved.

    Returns the ids of those that the owner has, the ones that were there already among them.
    Raises ``NoSuchFolder``.
    """
    with transaction.atomic():
        if folder is not None:
            folders.hold(folder, owner.pk)
        return contents.move(videos, owner.pk, folder)


def _save(video: Video, changed: Sequence[str]) -> None:
    try:
        with transaction.atomic():
            video.save(update_fields=changed)
    except IntegrityError as error:
        if "external_id" in changed:
            raise ExternalIdTaken from error
        raise
