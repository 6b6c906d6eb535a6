"""Move one storage after the other, some objects at a time, and know how far that is verified."""

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
    """Raised where the settings name no place that is moved from."""


@dataclass
class Progress:
    """How far it is; bytes and objects of what was to be done when it began."""

    objects: int = 0
    bytes: int = 0
    done_objects: int = 0
    done_bytes: int = 0
    copied: int = 0
    failed: list[str] = field(default_factory=list)


Tell = Callable[[Progress], None]


class Move:
    """One storage from its old place to its new one."""

    def __init__(self, name: StoredObject.Storage) -> None:
        self.name = name
        storage = originals() if name == StoredObject.Storage.ORIGINALS else outputs()
        places = storage.places()
        if len(places) == 1:
            raise NothingMoves
        self.new, self.old = places
        self._walk = Walk.objects.get_or_create(name=_walk_name(name, self.new, self.old))[0]

    def pending(self) -> Iterator[Pending]:
        """What is to be copied or compared."""
        return pending(
            self.old.list_prefix(""), self.new.list_prefix(""), verified=self._walk.after
        )

    def run(self, progress: Progress, tell: Tell, *, threads: int) -> None:
        """Copy until a whole pass finds nothing to do but what failed."""
        while self._pass(progress, tell, threads=threads):
            continue

    def removable(self) -> Iterator[str]:
        """What may be deleted in the old place."""
        for key in done(self.old.list_prefix(""), self.new.list_prefix("")):
            if key not in (keys.IDENTITY, keys.PROBE):
                yield key

    def remove_source(self, tell: Callable[[int], None]) -> int:
        """Delete in the old place what is in the new one; what it says of itself stays."""
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
        """How many were copied. They end in the order of their keys, whatever the threads do."""
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
    """Up to which key all is verified: kept for whoever goes on after this process was killed."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._last = walk.after
        self._stopped = False
        self._saved_at = time.monotonic()

    def begins(self, one: Pending) -> None:
        """Behind a key that was passed once lies something new: it is not verified yet."""
        if one.key.encode() <= self._walk.after.encode():
            self._save(_before(one.key))

    def stops(self) -> None:
        """One was not verified: whoever comes next looks again at what comes after it."""
        self._stopped = True

    def ended(self, one: Pending) -> None:
        """All up to this one is verified."""
        self._last = max(self._last, one.key, key=str.encode)
        now = time.monotonic()
        if now - self._saved_at >= _SAVE_EVERY_SECONDS and not self._stopped:
            self._saved_at = now
            self._save(one.key)

    def ends(self) -> None:
        """The pass went through everything."""
        if not self._stopped:
            self._save(self._last)

    def _save(self, after: str) -> None:
        Walk.objects.filter(pk=self._walk.pk).update(after=after)
        self._walk.after = after


def _before(key: str) -> str:
    """A text that comes before the key, and after all keys that come before it, as near as needed:
    what lies between is only compared again."""
    return key[:-1]


def _walk_name(name: str, *places: MediaStorage) -> str:
    """Of one move: another pair of places begins anew."""
    told = "|".join(_described(place) for place in places)
    return f"move_{name}_{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _described(place: MediaStorage) -> str:
    parts = ("endpoint_url", "bucket_name", "location")
    return " ".join(str(getattr(place, part, "")) for part in parts)
