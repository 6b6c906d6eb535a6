"""Compare the spooled lists, and check differences again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from processing.models import Run
from videos import keys
from videos.inventory import hashes
from videos.inventory.findings import FAULTS, Found, Kind
from videos.inventory.needed import faults, storage_of
from videos.inventory.spool import ORIGINALS, Spool
from videos.models import StoredObject
from videos.objects import listed_among, unknown
from videos.storage import ListedObject, MediaStorage, ObjectMissing, StorageUnavailable

YOUNG = timedelta(days=1)
_THREADS = 8
_WITHOUT_ROW = """
SELECT s.key, s.size, s.modified FROM stored s LEFT JOIN known k USING (storage, key)
WHERE s.storage = ? AND k.key IS NULL
"""
_WITHOUT_OBJECT = """
SELECT k.key, k.size, k.release, k.source FROM known k LEFT JOIN stored s USING (storage, key)
WHERE k.storage = ? AND s.key IS NULL AND (k.listed OR k.state = 'stored')
"""
_OF_OTHER_SIZE = """
SELECT k.key, s.size, k.release, k.source FROM known k JOIN stored s USING (storage, key)
WHERE k.storage = ? AND k.size <> s.size AND (k.listed OR k.state = 'stored')
"""
_MENDED = """
SELECT k.key, s.size, k.release, k.source FROM known k JOIN stored s USING (storage, key)
LEFT JOIN faulty f USING (storage, key)
WHERE k.storage = ? AND f.key IS NULL AND k.fault <> '' AND (k.fault <> 'hash' OR ?)
"""


def take_stock(spool: Spool) -> None:
    """Spool the objects of both storages, then the rows. Raises ``StorageUnavailable``."""
    for name in StoredObject.Storage.values:
        spool.list_objects(name, storage_of(name))
    spool.list_rows()


def compare(spool: Spool, *, deep: bool = False) -> Iterator[Found]:
    """Yield all differences; ``deep`` also reads every object with a known hash."""
    for name in StoredObject.Storage.values:
        yield from _noted(spool, _missing(spool, name))
        yield from _noted(spool, _of_other_size(spool, name))
        if deep:
            yield from _noted(spool, hashes.differing(spool, name))
        for rows in spool.read(_MENDED, name, deep):
            for key, size, release, source in rows:
                yield Found(Kind.MENDED, name, key, size, release, source)
        yield from _without_row(spool, name)
        yield from _unfinished(name)


def _noted(spool: Spool, found: Iterable[Found]) -> Iterator[Found]:
    for one in found:
        if one.kind in FAULTS:
            spool.note_fault(one.storage, one.key)
            for video in one.videos:
                spool.note_broken(video, one.part)
        yield one


def _missing(spool: Spool, name: str) -> Iterator[Found]:
    for rows in spool.read(_WITHOUT_OBJECT, name):
        still = _known_still(name, [key for key, *_ in rows])
        gone = _gone(storage_of(name), [key for key, *_ in rows if key in still])
        yield from faults(Kind.MISSING, name, [(key, *rest) for key, *rest in rows if key in gone])


def _of_other_size(spool: Spool, name: str) -> Iterator[Found]:
    for rows in spool.read(_OF_OTHER_SIZE, name):
        still = _known_still(name, [key for key, *_ in rows])
        yield from faults(Kind.SIZE, name, [(key, *rest) for key, *rest in rows if key in still])


def _known_still(name: str, names: Sequence[str]) -> set[str]:
    """Return the keys that a row still lists as stored, since many may have been deleted
    meanwhile."""
    stored = StoredObject.objects.filter(
        storage=name, key__in=names, state=StoredObject.State.STORED
    )
    return set(stored.values_list("key", flat=True)) | listed_among(name, names)


def _gone(storage: MediaStorage, names: Sequence[str]) -> set[str]:
    """Return the keys that are missing when asked for one by one, since a listing may be out of
    date."""

    def is_gone(key: str) -> bool:
        try:
            storage.object_size(key)
        except ObjectMissing:
            return True
        return False

    with ThreadPoolExecutor(_THREADS) as threads:
        return {key for key, gone in zip(names, threads.map(is_gone, names), strict=True) if gone}


def _without_row(spool: Spool, name: str) -> Iterator[Found]:
    is_ours = keys.is_original if name == ORIGINALS else keys.is_output
    for rows in spool.read(_WITHOUT_ROW, name):
        listed = [
            ListedObject(key, size, datetime.fromtimestamp(modified, UTC))
            for key, size, modified in rows
        ]
        for one in listed:
            if one.key.startswith(keys.QUARANTINE):
                yield Found(Kind.QUARANTINED, name, one.key, one.size)
        nobodys = unknown.among(StoredObject.Storage(name), listed)
        at_work = _at_work(nobodys)
        for one in nobodys:
            if not is_ours(one.key):
                kind = Kind.FOREIGN
            elif one.modified > timezone.now() - YOUNG or keys.release_of(one.key) in at_work:
                kind = Kind.YOUNG
            else:
                kind = Kind.ORPHANED
            yield Found(kind, name, one.key, one.size, modified=one.modified)


def _at_work(listed: Iterable[ListedObject]) -> set[UUID | None]:
    """Return the releases that a running job makes; no row may list their new objects yet."""
    releases = {keys.release_of(one.key) for one in listed} - {None}
    active = Run.objects.filter(release__in=releases, status__in=Run.ACTIVE)
    return set(active.values_list("release_id", flat=True)) if releases else set()


def _unfinished(name: str) -> Iterator[Found]:
    """Yield unfinished multipart uploads that nobody writes. Not every S3-compatible server lists
    them."""
    writing = StoredObject.objects.filter(storage=name, state=StoredObject.State.WRITING)
    try:
        for one in storage_of(name).unfinished():
            old = one.modified < timezone.now() - YOUNG
            if old and not writing.filter(key=one.key).exists():
                yield Found(Kind.MULTIPART, name, one.key)
    except StorageUnavailable:
        return
