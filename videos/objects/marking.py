"""Mark objects for deletion, in the transaction that removes the last reference to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, DateTimeField, Model, QuerySet, Value, When
from django.db.models.functions import Now

from videos import keys
from videos.models import Image, Release, Source, StoredObject, Upload, Video, Walk
from videos.objects import faults
from videos.objects.listed import register_releases
from videos.storage import ListedObject

State, Storage, Role = StoredObject.State, StoredObject.Storage, StoredObject.Role

# A worker that lost its lease may still be writing; after this time it has noticed, or is dead.
GRACE = timedelta(seconds=2 * settings.TASK_LEASE_SECONDS)
_STEP = 1000


def mark_releases(release_ids: Sequence[UUID]) -> int:
    """Mark all objects of deleted releases, including those that only columns name."""
    register_releases(release_ids)
    return _mark(StoredObject.objects.filter(release_id__in=release_ids))


def mark_original(key: str, *, at_once: bool = False) -> None:
    """Mark an original that nothing refers to any more, or whose upload came to nothing.

    ``at_once`` means that its writer has stopped, so it need not wait. The original may have no
    row, since the previous version registers none.
    """
    row, is_new = StoredObject.objects.get_or_create(
        storage=Storage.ORIGINALS,
        key=key,
        defaults={"role": Role.ORIGINAL, "state": State.DELETING},
    )
    if not is_new:
        _mark(StoredObject.objects.filter(pk=row.pk))
    if at_once:
        StoredObject.objects.filter(pk=row.pk).update(delete_after=None)


def mark_image(image: Image) -> int:
    """Mark what is shown of a deleted image."""
    shown = (image.copy_key, image.thumbnail_key)
    return _mark(StoredObject.objects.filter(storage=Storage.OUTPUTS, key__in=shown))


def mark_poster(poster_id: UUID) -> int:
    """Mark the poster that an owner gave a video."""
    keys_of = keys.poster_files(poster_id)
    return _mark(StoredObject.objects.filter(storage=Storage.OUTPUTS, key__in=keys_of))


def mark_outputs(replaced: Iterable[str], *, after: timedelta | None = None) -> int:
    """Mark outputs of a release by their keys, since others have taken their places; they are
    deleted at once, or ``after`` some time. No notice tells of them any more."""
    rows = StoredObject.objects.filter(storage=Storage.OUTPUTS, key__in=list(replaced))
    mended = set(rows.exclude(fault="").values_list("release_id", flat=True)) - {None}
    ids = list(rows.exclude(state=State.DELETING).values_list("pk", flat=True))
    marked = _mark(rows)
    if after is not None:
        StoredObject.objects.filter(pk__in=ids).update(delete_after=Now() + after)
    for release in mended:
        faults.tell(release)
    return marked


def mark_attempt(release_id: UUID, token: UUID, found: Iterable[ListedObject] = ()) -> int:
    """Mark the objects that a stale attempt registered, and those of its objects that were
    ``found`` stored; return how many.

    Objects that were listed after all are not marked: a commit whose answer was lost is tried
    again, and that second try finds its own attempt stale.
    """
    with transaction.atomic():
        register_releases([release_id])
        marked = StoredObject.objects.filter(attempt=token, state=State.WRITING).update(
            state=State.DELETING, delete_after=None
        )
        return marked + mark_found(Storage.OUTPUTS, found)


def mark_found(storage: StoredObject.Storage, found: Iterable[ListedObject]) -> int:
    """Mark objects that were found by listing; those with a row are left as they are."""
    rows = [
        StoredObject(
            storage=storage, key=one.key, role=Role.UNKNOWN, bytes=one.size, state=State.DELETING
        )
        for one in found
    ]
    known = StoredObject.objects.filter(storage=storage, key__in=[row.key for row in rows])
    there = set(known.values_list("key", flat=True)) if rows else set()
    new = [row for row in rows if row.key not in there]
    StoredObject.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def mark_ownerless() -> int:
    """Walk through some rows, and mark the objects whose release, source, video or upload is gone.

    Code that deletes an owner marks its objects; only the previous version does not.
    """
    walk, _ = Walk.objects.get_or_create(name="ownerless")
    rows = list(StoredObject.objects.filter(pk__gt=int(walk.after or 0)).order_by("pk")[:_STEP])
    after = str(rows[-1].pk) if rows else ""
    Walk.objects.filter(pk=walk.pk, after=walk.after).update(after=after)
    stored = [row for row in rows if row.state == State.STORED]
    gone = [
        *_without(Release, {row.pk: row.release_id for row in stored}),
        *_without(Source, {row.pk: row.source_id for row in stored}),
        *_without(Video, {row.pk: row.video_id for row in stored}),
    ]
    marked = _mark(StoredObject.objects.filter(pk__in=gone, state=State.STORED)) if gone else 0
    given_up = _given_up([row for row in rows if row.state == State.WRITING])
    if given_up:
        marked += _mark(StoredObject.objects.filter(pk__in=given_up, state=State.WRITING))
    return marked


def _given_up(writing: Iterable[StoredObject]) -> list[int]:
    """Return the originals that no upload writes any more and that have no source."""
    rows = [row for row in writing if row.storage == Storage.ORIGINALS]
    open_uploads = Upload.objects.filter(pk__in=[row.attempt for row in rows], finished_at=None)
    arriving = set(open_uploads.values_list("pk", flat=True)) if rows else set()
    # Sources are read after the uploads, so an upload that ended between the two reads has its
    # source.
    keys = [row.key for row in rows if row.attempt not in arriving]
    written = Source.objects.filter(key__in=keys).values_list("key", flat=True)
    left = set(keys).difference(written) if keys else set()
    return [row.pk for row in rows if row.key in left]


def _without(model: type[Model], owners: Mapping[int, UUID | None]) -> list[int]:
    """Return the objects whose owner is recorded but missing. Deleted owners never come back."""
    wanted = {owner for owner in owners.values() if owner is not None}
    found = model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)
    gone = wanted.difference(found) if wanted else set()
    return [pk for pk, owner in owners.items() if owner in gone]


def _mark(rows: QuerySet[StoredObject]) -> int:
    """Mark the rows. Objects in ``writing`` are deleted later, when their writer must have
    stopped."""
    return rows.exclude(state=State.DELETING).update(
        delete_after=Case(
            When(state=State.WRITING, then=Now() + GRACE),
            default=Value(None),
            output_field=DateTimeField(),
        ),
        state=State.DELETING,
    )
