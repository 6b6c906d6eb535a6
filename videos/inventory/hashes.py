"""Compare known hashes with the stored bytes. Originals are read completely. Of chunks only the
init segment is read, which is the same in all chunks of a rendition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from videos.inventory.findings import Found, Kind
from videos.inventory.needed import faults, storage_of
from videos.inventory.spool import ORIGINALS, Row, Spool, walk
from videos.models import Chunk, Source
from videos.storage import MediaStorage, ObjectMissing

_AT_ONCE = 200
_THREADS = 4
_IS_FAULTY = "SELECT 1 FROM faulty WHERE storage = ? AND key = ?"


def differing(spool: Spool, name: str) -> Iterator[Found]:
    """Yield objects whose bytes differ from those written. Objects that are missing or have another
    size were reported before."""
    storage = storage_of(name)
    for rows in _batches(_originals() if name == ORIGINALS else _chunks()):
        unseen = [row for row in rows if not any(spool.read(_IS_FAULTY, name, row[0]))]
        with ThreadPoolExecutor(_THREADS) as threads:
            wrong = list(threads.map(lambda row: row[4](storage, row[0]), unseen))
        differ = [row[:4] for row, is_wrong in zip(unseen, wrong, strict=True) if is_wrong]
        yield from faults(Kind.HASH, name, differ)


def _originals() -> Iterator[Row]:
    kept = Source.objects.filter(dropped_at=None)
    for pk, key, size, sha256 in walk(kept, "pk", "key", "size", "sha256"):
        if sha256:
            yield key, size, None, str(pk), _is_otherwise(sha256, None)


def _chunks() -> Iterator[Row]:
    told = ("key", "bytes", "rendition__release_id", "init_bytes", "rendition__init_sha256")
    for key, size, release, init, sha256 in walk(Chunk.objects, *told):
        if sha256:
            yield key, size, str(release), None, _is_otherwise(sha256, init)


def _is_otherwise(sha256: str, first: int | None) -> Callable[[MediaStorage, str], bool]:
    """Return a test whether the ``first`` bytes of an object, or all, have another hash."""

    def differs(storage: MediaStorage, key: str) -> bool:
        digest = hashlib.sha256()
        try:
            for block in storage.blocks(key) if first is None else [_head(storage, key, first)]:
                digest.update(block)
        except ObjectMissing:
            return False  # it is reported as missing, or was deleted just now
        return digest.hexdigest() != sha256

    return differs


def _head(storage: MediaStorage, key: str, size: int) -> bytes:
    return storage.read_bytes(key, at_most=size)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield batch
