"""Guard all deletion: check that the storages belong to this installation and that this database is
current.

A copy of the database (a dump restored elsewhere, or last night's dump restored here) has the same
name. So an epoch is renewed every few minutes in the row and in both storages. If they disagree, or
a storage bears no mark, nothing at all is deleted until ``manage.py adopt_storage``.

The row is written before the storages and keeps the previous epochs. So a renewal that is cut off,
or a frozen process that writes an old epoch late, causes no disagreement.
"""

import time
from datetime import timedelta
from itertools import islice
from uuid import UUID, uuid4

import structlog
from django.db.models.functions import Now
from django.utils import timezone

from videos import keys, storage_guests
from videos.models import Installation, Release, Source, StoredObject, Upload
from videos.storage import (
    MediaStorage,
    ObjectMissing,
    StorageUnavailable,
    originals,
    outputs,
)
from videos.storage_identity import (
    LARGEST,
    SENTENCES,
    Identity,
    Unmarked,
    Verdict,
    judge,
    moving,
    read,
    worst,
)

logger = structlog.get_logger(__name__)

INTERVAL_SECONDS = 300.0
_EPOCHS_KEPT = 8
_SAMPLE = 1000
_TELL_EVERY_SECONDS = 3600.0
_CURE = "Nothing is deleted."


_STORAGES = {
    StoredObject.Storage.ORIGINALS: originals,
    StoredObject.Storage.OUTPUTS: outputs,
}


def row() -> Installation:
    """Return the row of this installation; create it if there is none."""
    return Installation.objects.get_or_create(pk=1, defaults={"epochs": [_new_epoch()]})[0]


def found_in(storage: MediaStorage) -> Identity | Unmarked:
    """Return the mark that a storage bears. Raises ``StorageUnavailable``."""
    try:
        return read(storage.read_bytes(keys.IDENTITY, at_most=LARGEST))
    except ObjectMissing:
        there = (one for one in storage.list_prefix("") if not one.key.startswith(keys.PROBE))
        return Unmarked.EMPTY if next(there, None) is None else Unmarked.HOLDS_OBJECTS


def verdict() -> Verdict:
    """Return the relation of both storages to this installation. Raises ``StorageUnavailable``."""
    own = row()
    return worst([_judge(own, name) for name in StoredObject.Storage])


def _judge(own: Installation, name: StoredObject.Storage) -> Verdict:
    stored = StoredObject.objects.filter(storage=name, state=StoredObject.State.STORED)
    verdicts = []
    for place in _STORAGES[name]().places():
        found = found_in(place)
        holds = found is Unmarked.EMPTY and stored.exists()
        verdicts.append(judge(found, name=str(own.name), epochs=own.epochs, holds=holds))
    return verdicts[0] if len(verdicts) == 1 else moving(*verdicts)


def marks() -> list[Identity | Unmarked]:
    """Return the marks of all places. Raises ``StorageUnavailable``."""
    return [found_in(place) for place in _places()]


def _places() -> list[MediaStorage]:
    return [place for storage in (originals(), outputs()) for place in storage.places()]


def status() -> tuple[bool, str]:
    """Return whether objects may be deleted, and a sentence that gives the reason; for
    ``doctor``."""
    try:
        seen = verdict()
    except StorageUnavailable:
        return False, "It cannot be told whose the storages are: one does not answer."
    if seen in (Verdict.OURS, Verdict.EMPTY) or (seen is Verdict.UNMARKED and _may_claim()):
        return True, SENTENCES[seen]
    return False, f"{SENTENCES[seen]} {_CURE}"


def guests(name: StoredObject.Storage | None = None) -> list[str]:
    """Return other databases that use the storages, or one of them. Objects without a row here may
    belong to them.

    Raises ``StorageUnavailable``.
    """
    return storage_guests.others(_STORAGES[name]().places() if name else _places())


def may_delete() -> bool:
    """Return whether the storages belong to this installation; claim new ones.

    Otherwise log a warning, at most once an hour.
    """
    try:
        return _is_ours()
    except StorageUnavailable as error:
        logger.warning("storage_not_verified", reason=str(error))
        return False


def has_marked() -> bool:
    """Return whether the storages bear, or once bore, this installation's mark."""
    return Installation.objects.filter(adopted_at__isnull=False).exists()


def require_mark(storage: MediaStorage) -> None:
    """Raise ``StorageUnavailable`` if a storage that was marked before no longer bears a mark. A
    disk that is not mounted looks like an empty folder, but its objects are not gone."""
    try:
        for place in storage.places():
            place.object_size(keys.IDENTITY)
    except ObjectMissing as error:
        raise StorageUnavailable("this is not the storage that was used before") from error


def adopt() -> None:
    """Make the storages this database's, whatever mark they bear.

    Unknown objects from before are never deleted automatically. Raises ``StorageUnavailable``.
    """
    own = row()
    Installation.objects.filter(pk=own.pk).update(
        epochs=[_new_epoch()], renewed_at=Now(), adopted_at=Now()
    )
    _write()
    storage_guests.clear(_places())


class Watch:
    """Renews the epoch, once its process has seen it correct for two intervals.

    By then, a freshly started copy of the database finds out that another process goes on renewing.
    """

    def __init__(self) -> None:
        self._right_since: float | None = None
        self._looked_at: float | None = None

    def keep(self, now: float | None = None) -> int:
        """Check the storages, and renew the epoch if it is due; return 1 if it was renewed. ``now``
        is in seconds of any clock."""
        now = time.monotonic() if now is None else now
        if self._looked_at is not None and now - self._looked_at < INTERVAL_SECONDS / 2:
            return 0
        self._looked_at = now
        if not may_delete():
            self._right_since = None
            return 0
        if self._right_since is None:
            self._right_since = now
        if now - self._right_since < 2 * INTERVAL_SECONDS:
            return 0
        try:
            return int(_renew())
        except StorageUnavailable as error:
            logger.warning("storage_not_renewed", reason=str(error))
            return 0


_watch = Watch()


def keep() -> int:
    """Claim new storages, and renew the epoch if it is due; a duty of the reconciler."""
    return _watch.keep()


def _is_ours() -> bool:
    seen = verdict()
    if seen is Verdict.OURS:
        return True
    if seen is Verdict.EMPTY or (seen is Verdict.UNMARKED and _may_claim()):
        _claim()
        return verdict() is Verdict.OURS
    _tell(seen)
    if seen in (Verdict.OTHER, Verdict.MOVED_ON):
        _leave_note()
    return False


_note_left_at: float | None = None


def _leave_note() -> None:
    """Leave a note in the storages that tells their owner that this database uses them."""
    global _note_left_at  # noqa: PLW0603  # now and then in each process
    now = time.monotonic()
    if _note_left_at is None or now - _note_left_at >= INTERVAL_SECONDS:
        own = row()
        storage_guests.leave(_places(), name=str(own.name), epoch=own.epochs[0])
        _note_left_at = now


def _claim() -> None:
    _write()
    if Installation.objects.filter(pk=1, adopted_at=None).update(adopted_at=Now()):
        logger.info("storage_claimed")


def _renew() -> bool:
    """Write a new epoch if both storages bear the latest one, else write the latest one again.
    Return whether the renewal was due and done here."""
    own = row()
    due = own.renewed_at < timezone.now() - timedelta(seconds=INTERVAL_SECONDS)
    if not due:
        return False
    latest = own.epochs[0]
    settled = all(isinstance(one, Identity) and one.epoch == latest for one in marks())
    epochs = [_new_epoch(), *own.epochs[: _EPOCHS_KEPT - 1]] if settled else own.epochs
    mine = Installation.objects.filter(pk=own.pk, renewed_at=own.renewed_at)
    if not mine.update(epochs=epochs, renewed_at=Now()):
        return False  # another reconciler has renewed it
    _write()
    return True


def _write() -> None:
    own = row()
    identity = Identity(str(own.name), own.epochs[0], time.time())
    for place in _places():
        place.put_bytes(keys.IDENTITY, identity.to_json(), content_type="application/json")


def _may_claim() -> bool:
    """Return whether unmarked storages may be claimed: at the first start of a version that marks
    storages, if this database knows their objects.

    Afterwards the answer is always False: a mark that vanished from a storage is not an oversight
    of ours.
    """
    return row().adopted_at is None and _knows_what_it_holds()


def _knows_what_it_holds() -> bool:
    """Return whether this database knows every release of a sample, and at least half of the
    originals, since the database lost track of some before."""
    sample = islice(outputs().folders(keys.RELEASES), _SAMPLE)
    names = {UUID(name) for name in sample if _is_id(name)}
    objects = StoredObject.objects.filter(release_id__in=names)
    known = set(Release.objects.filter(pk__in=names).values_list("pk", flat=True))
    if names - known - set(objects.values_list("release_id", flat=True).distinct()):
        return False
    stored = [one.key for one in islice(originals().list_prefix(""), _SAMPLE)]
    held = {key for key in stored if keys.is_original(key)}
    of_originals = StoredObject.objects.filter(storage=StoredObject.Storage.ORIGINALS)
    rows = (Source.objects, Upload.objects.filter(finished_at=None), of_originals)
    named = {
        key for some in rows for key in some.filter(key__in=held).values_list("key", flat=True)
    }
    return 2 * len(named) >= len(held)


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


_told_at: float | None = None


def _tell(seen: Verdict) -> None:
    global _told_at  # noqa: PLW0603  # once an hour for each process
    now = time.monotonic()
    if _told_at is None or now - _told_at >= _TELL_EVERY_SECONDS:
        _told_at = now
        logger.warning("storage_not_ours", reason=seen.value, hint=SENTENCES[seen])


def _new_epoch() -> str:
    return uuid4().hex
