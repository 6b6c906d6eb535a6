"""Move one storage at a time, several objects at once, and record how far it is verified."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from videos import keys
from videos.models import StoredObject, Walk
from videos.storage import MediaStorage, originals, outputs
from videos.storage_move.copying import Outcome, bring
from videos.storage_move.pending import Pending, done, pending

_SAVE_EVERY_SECONDS = 2.0
_REMOVED_AT_ONCE = 500


class NothingMoves(Exception):
    """Raised when the settings name no place to move from."""


@dataclass
class Progress:
    """The progress of a move. ``objects`` and ``bytes`` are the totals at the start."""

    objects: int = 0
    bytes: int = 0
    done_objects: int = 0
    done_bytes: int = 0
    copied: int = 0
    failed: list[str] = field(default_factory=list)


Tell = Callable[[Progress], None]


class Move:
    """The move of one storage from its old place to its new one."""

    def __init__(self, name: StoredObject.Storage) -> None:
        self.name = name
        storage = originals() if name == StoredObject.Storage.ORIGINALS else outputs()
        places = storage.places()
        if len(places) == 1:
            raise NothingMoves
        self.new, self.old = places
        self._walk = Walk.objects.get_or_create(name=_walk_name(name, self.new, self.old))[0]

    def pending(self) -> Iterator[Pending]:
        """Yield the objects to be copied or compared."""
        return pending(
            self.old.list_prefix(""), self.new.list_prefix(""), verified=self._walk.after
        )

    def run(self, progress: Progress, tell: Tell, *, threads: int) -> None:
        """Copy until a whole pass finds nothing to do except objects that failed."""
        while self._pass(progress, tell, threads=threads):
            continue

    def removable(self) -> Iterator[str]:
        """Yield the keys that may be deleted in the old place."""
        for key in done(self.old.list_prefix(""), self.new.list_prefix("")):
            if key not in (keys.IDENTITY, keys.PROBE):
                yield key

    def remove_source(self, tell: Callable[[int], None]) -> int:
        """Delete from the old place all objects that are in the new one; the old place's mark
        stays."""
        removed = 0
        batch: list[str] = []
        for key in self.removable():
            batch.append(key)
            if len(batch) == _REMOVED_AT_ONCE:
                removed += len(batch) - len(self.old.delete_keys(batch))
                tell(removed)
                batch.clear()
        return removed + len(batch) - len(self.old.delete_keys(batch) if batch else [])

    def _pass(self, progress: Progress, tell: Tell, *, threads: int) -> int:
        """Do one pass and return how many objects were copied. Results are taken in key order,
        whatever the order in which threads finish."""
        copied = progress.copied
        failed = set(progress.failed)
        under_way: deque[tuple[Pending, Future[Outcome]]] = deque()
        order = _Order(self._walk)
        with ThreadPoolExecutor(threads) as pool:
            for one in self.pending():
                if f"{self.name}/{one.key}" in failed:
                    continue
                order.begins(one)
                under_way.append((one, pool.submit(bring, self.old, self.new, one)))
                if len(under_way) >= 4 * threads:
                    self._take(under_way.popleft(), progress, order, tell)
            while under_way:
                self._take(under_way.popleft(), progress, order, tell)
        order.ends()
        return progress.copied - copied

    def _take(
        self, ended: tuple[Pending, Future[Outcome]], progress: Progress, order: _Order, tell: Tell
    ) -> None:
        one, future = ended
        outcome = future.result()
        progress.done_objects += 1
        progress.done_bytes += one.size
        progress.copied += outcome is Outcome.COPIED
        if outcome is Outcome.FAILED:
            progress.failed.append(f"{self.name}/{one.key}")
            order.stops()
        order.ended(one)
        tell(progress)


class _Order:
    """Records up to which key everything is verified, for a process that continues after this one
    was killed."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._last = walk.after
        self._stopped = False
        self._saved_at = time.monotonic()

    def begins(self, one: Pending) -> None:
        """Move the record back if a new object lies behind a key that was already passed, since it
        is not verified yet."""
        if one.key.encode() <= self._walk.after.encode():
            self._save(_before(one.key))

    def stops(self) -> None:
        """Stop recording, since an object was not verified: the next process checks again from
        there on."""
        self._stopped = True

    def ended(self, one: Pending) -> None:
        """Record that everything up to this object is verified."""
        self._last = max(self._last, one.key, key=str.encode)
        now = time.monotonic()
        if now - self._saved_at >= _SAVE_EVERY_SECONDS and not self._stopped:
            self._saved_at = now
            self._save(one.key)

    def ends(self) -> None:
        """Record the end of a pass through everything."""
        if not self._stopped:
            self._save(self._last)

    def _save(self, after: str) -> None:
        Walk.objects.filter(pk=self._walk.pk).update(after=after)
        self._walk.after = after


def _before(key: str) -> str:
    """Return a text that sorts before this key, but close to it. Keys between the two are merely
    compared again."""
    return key[:-1]


def _walk_name(name: str, *places: MediaStorage) -> str:
    """Return the name of this move's ``Walk``; another pair of places starts anew."""
    told = "|".join(_described(place) for place in places)
    return f"move_{name}_{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _described(place: MediaStorage) -> str:
    parts = ("endpoint_url", "bucket_name", "location")
    return " ".join(str(getattr(place, part, "")) for part in parts)
