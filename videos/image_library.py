"""Change images, move them into the trash, and restore them."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts import audit
from videos import clock, folders
from videos.events import log
from videos.ingest.uploads import ExternalIdTaken
from videos.models import Image
from videos.trash import NotInTrash

_EDITABLE = frozenset({"title", "folder_id", "tags", "metadata", "external_id", "expires_at"})


def edit(image: Image, **fields: Any) -> Image:
    """Write the fields that differ from the stored ones; return the image as stored afterwards.

    Raises ``Image.DoesNotExist`` if it was deleted in the meantime, ``NoSuchFolder``, or
    ``ExternalIdTaken``.
    """
    if not _EDITABLE.issuperset(fields):
        raise TypeError(f"not to be edited: {', '.join(sorted(set(fields) - _EDITABLE))}")
    with transaction.atomic():
        if folder := fields.get("folder_id"):
            folders.hold(folder, image.owner_id)
        standing = Image.objects.select_for_update().get(pk=image.pk, deleted_at=None)
        before = {name: getattr(standing, name) for name in fields}
        changed = [name for name, value in fields.items() if before[name] != value]
        for name in changed:
            setattr(standing, name, fields[name])
        if changed:
            _save(standing, changed)
            told = sorted("folder" if name == "folder_id" else name for name in changed)
            log.write_images("image.updated", [standing], changed=told)
            audit.person_did("image.updated", standing, changed=audit.changes(before, fields))
    return standing


def discard(image: Image) -> bool:
    """Put an image into the trash; return False if it was there already."""
    with transaction.atomic():
        discarded = Image.objects.filter(pk=image.pk, deleted_at=None).update(deleted_at=Now())
        if discarded:
            log.write_image("image.deleted", image)
            audit.person_did("image.deleted", image)
    return bool(discarded)


def restore(image: Image) -> None:
    """Take an image out of the trash. Raises ``NotInTrash``, ``ExternalIdTaken``, or
    ``Image.DoesNotExist`` if it was purged in the meantime."""
    with transaction.atomic():
        found = Image.objects.select_for_update().get(pk=image.pk)
        if found.deleted_at is None:
            raise NotInTrash
        found.deleted_at = None
        changed = ["deleted_at"]
        if found.expires_at is not None and found.expires_at <= clock.now():
            found.expires_at = None
            changed.append("expires_at")
        _save(found, changed)
        log.write_images("image.restored", [found])
        audit.person_did("image.restored", found)


def _save(image: Image, changed: list[str]) -> None:
    try:
        with transaction.atomic():
            image.save(update_fields=changed)
    except IntegrityError as error:
        if image.external_id:
            raise ExternalIdTaken from error
        raise
