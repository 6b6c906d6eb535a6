"""Delete marked objects: the only place that deletes our objects."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from videos import installation
from videos.models import Picture, StoredObject
from videos.objects.listed import listed_among
from videos.storage import StorageUnavailable, originals, outputs

Role = StoredObject.Role

logger = structlog.get_logger(__name__)

_AT_ONCE = 1000
_IN_A_PASS = 20_000
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(days=1)


def delete_marked() -> int:
    """Delete the due objects, then their rows; return how many. Several processes may run this at
    once.

    Nothing is deleted unless the storages are this installation's. An object that cannot be deleted
    is tried again later and does not hold up others.
    """
    if not _due().exists() or not installation.may_delete():
        return 0
    return sum(_delete_in(name) for name in StoredObject.Storage)


def _delete_in(name: StoredObject.Storage) -> int:
    deleted = 0
    while deleted < _IN_A_PASS and (rows := list(_due(storage=name).order_by("pk")[:_AT_ONCE])):
        try:
            deleted += _delete(name, rows)
        except StorageUnavailable as error:
            logger.warning("objects_not_deleted", storage=str(name), reason=str(error))
            break
    return deleted


def _due(**more: object) -> QuerySet[StoredObject]:
    when = Q(delete_after=None) | Q(delete_after__lte=Now())
    return StoredObject.objects.filter(when, state=StoredObject.State.DELETING, **more)


def _delete(name: StoredObject.Storage, rows: Sequence[StoredObject]) -> int:
    """Delete the objects and their rows. Those that cannot be deleted are put off, and objects that
    are still listed are never deleted."""
    storage = originals() if name == StoredObject.Storage.ORIGINALS else outputs()
    listed = listed_among(name, [row.key for row in rows])
    for key in listed:
        logger.error("marked_object_is_listed", storage=str(name), key=key)
    failed = listed.union(storage.delete_keys([row.key for row in rows if row.key not in listed]))
    gone = [row for row in rows if row.key not in failed]
    Picture.objects.filter(key__in=[row.key for row in gone if row.role == Role.PICTURE]).delete()
    ids = [row.pk for row in gone]
    StoredObject.objects.filter(pk__in=ids, state=StoredObject.State.DELETING).delete()
    _put_off([row for row in rows if row.key in failed])
    return len(gone)


def _put_off(rows: Sequence[StoredObject]) -> None:
    """Postpone the next try, for twice as long after each failure."""
    by_tries: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_tries[row.tries].append(row.pk)
    for tries, ids in by_tries.items():
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries, 16))
        StoredObject.objects.filter(pk__in=ids).update(
            tries=min(tries + 1, 1000), delete_after=Now() + pause
        )
