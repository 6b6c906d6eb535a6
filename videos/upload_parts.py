"""Which partial uploads belong to which whole one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from videos.models import Upload

PARTS = "parts"
"""The setting of a final upload that names its parts, in order."""
PART_OF = "part_of"
"""The setting of a partial upload that names the delegated upload it was created for."""

BEGUN = "begun"
"""The setting of such a partial upload to which bytes were sent."""


def parts_of(upload: Upload) -> list[UUID]:
    """Return the ids of the parts of a final upload, in order; none for any other upload."""
    return [UUID(one) for one in upload.settings.get(PARTS, ())]


def whole_of(part: Upload) -> UUID | None:
    """Return the id of the delegated upload that a part was created for, if it was for one."""
    named = part.settings.get(PART_OF)
    return UUID(named) if named else None


def parts_for(upload: Upload) -> QuerySet[Upload]:
    """Return the partial uploads that were created for a delegated upload, over or not."""
    return Upload.objects.filter(
        owner=upload.owner_id,
        video=None,
        protocol=Upload.Protocol.DELEGATED,
        **{f"settings__{PART_OF}": str(upload.pk)},
    )


def open_parts_for(upload: Upload) -> QuerySet[Upload]:
    """Return those that are open."""
    return parts_for(upload).filter(finished_at=None)


def close_parts(upload: Upload, *, code: str) -> None:
    """Close the parts of an upload that came to nothing."""
    if upload.protocol == Upload.Protocol.DELEGATED:
        open_parts_for(upload).update(finished_at=Now(), error_code=code)
