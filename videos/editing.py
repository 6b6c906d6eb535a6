"""Change what a video's owner may change, and log the change as an event."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from videos.events import log
from videos.ingest.uploads import ExternalIdTaken, NoSuchFolder
from videos.models import Folder, Video

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
        standing = Video.objects.select_for_update(of=("self",)).get(pk=video.pk, deleted_at=None)
        changed = [name for name, value in fields.items() if getattr(standing, name) != value]
        if "folder_id" in changed and fields["folder_id"] is not None:
            _require_folder(standing, fields["folder_id"])
        for name in changed:
            setattr(standing, name, fields[name])
        if changed:
            _save(standing, changed)
            told = sorted("folder" if name == "folder_id" else name for name in changed)
            log.write("video.updated", standing, changed=told)
    return standing


def _require_folder(video: Video, folder: UUID) -> None:
    if not Folder.objects.filter(pk=folder, owner_id=video.owner_id).exists():
        raise NoSuchFolder


def _save(video: Video, changed: Sequence[str]) -> None:
    try:
        with transaction.atomic():
            video.save(update_fields=changed)
    except IntegrityError as error:
        if "external_id" in changed:
            raise ExternalIdTaken from error
        raise
