"""Register objects before they are written, and confirm them when they are listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, PositiveBigIntegerField, Value, When

from videos.models import Source, StoredObject, Upload

State, Storage = StoredObject.State, StoredObject.Storage


@dataclass(frozen=True)
class Planned:
    """An output that is about to be written; ``bytes`` is None if not known yet."""

    key: str
    role: StoredObject.Role
    content_type: str
    bytes: int | None = None


def write_ahead(
    planned: Sequence[Planned],
    *,
    token: UUID | None,
    release_id: UUID | None = None,
    video_id: UUID | None = None,
) -> None:
    """Register the objects that an attempt is about to write, in one statement.

    Those of an image belong to no release, and a poster that an owner gave to its video; their
    attempt is the upload. It must be committed before the write, so call it outside of any
    transaction that could roll back.
    """
    StoredObject.objects.bulk_create(
        (
            StoredObject(
                storage=Storage.OUTPUTS,
                key=one.key,
                role=one.role,
                release_id=release_id,
                video_id=video_id,
                bytes=one.bytes,
                content_type=one.content_type,
                state=State.WRITING,
                attempt=token,
            )
            for one in planned
        ),
        ignore_conflicts=True,
    )


def confirm(token: UUID | None, sizes: Mapping[str, int] | None = None) -> int:
    """Confirm the outputs that an attempt wrote; return how many. Call it inside the finishing
    transaction, after the attempt's token was found current. ``sizes`` gives the bytes of keys
    whose size was not known."""
    fields: dict[str, object] = {"state": State.STORED, "attempt": None}
    if sizes:
        fields["bytes"] = Case(
            *(When(key=key, then=Value(size)) for key, size in sizes.items()),
            default=F("bytes"),
            output_field=PositiveBigIntegerField(),
        )
    written = StoredObject.objects.filter(
        storage=Storage.OUTPUTS, attempt=token, state=State.WRITING
    )
    return written.update(**fields)


def write_ahead_original(upload: Upload) -> None:
    """Register the original that an upload is about to write, together with the upload's row."""
    StoredObject.objects.create(
        storage=Storage.ORIGINALS,
        key=upload.key,
        role=StoredObject.Role.ORIGINAL,
        video_id=upload.video_id,
        bytes=upload.size,
        state=State.WRITING,
        attempt=upload.pk,
    )


def confirm_original(upload: Upload, source: Source) -> bool:
    """Confirm an upload's original as that of this source; return False if it is being deleted."""
    rows = StoredObject.objects.filter(
        storage=Storage.ORIGINALS, key=upload.key, state=State.WRITING
    )
    return bool(
        rows.update(state=State.STORED, attempt=None, video=None, source=source, bytes=source.size)
    )


def confirm_track_original(upload: Upload, video_id: UUID, size: int) -> bool:
    """Confirm an upload's original as that of an audio track of this video; return False if it is
    being deleted."""
    rows = StoredObject.objects.filter(
        storage=Storage.ORIGINALS, key=upload.key, state=State.WRITING
    )
    return bool(rows.update(state=State.STORED, attempt=None, video=video_id, bytes=size))
