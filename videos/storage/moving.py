"""A storage that is being moved: a new and an old place, where every object is found in either.

Writes go to the new place only. Reads try the new place, then the old one. An object is always in
at least one of them: it is copied, and stays in the old place until an operator removes it.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import structlog
from django.utils.module_loading import import_string

from videos.storage.base import ListedObject, MediaStorage, ObjectMissing, StorageUnavailable

logger = structlog.get_logger(__name__)

T = TypeVar("T")
_HELD_KEYS = 200_000


class MovingStorage:
    """A storage with a new place and an old one, each described as in Django's ``STORAGES``."""

    def __init__(self, *, new: Mapping[str, Any], old: Mapping[str, Any]) -> None:
        self.new, self.old = _built(new), _built(old)
        self._held = {id(place): _Held(place) for place in (self.new, self.old)}

    def places(self) -> tuple[MediaStorage, ...]:
        """Return both places, the new one first."""
        return (self.new, self.old)

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a file in the new place."""
        self.new.put_file(key, path, content_type=content_type)

    def take_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a file in the new place and remove the local one."""
        self.new.take_file(key, path, content_type=content_type)

    def put_bytes(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store a few bytes in the new place."""
        self.new.put_bytes(key, data, content_type=content_type)

    def read_bytes(self, key: str, *, at_most: int) -> bytes:
        """Return the first bytes of an object, wherever it lies."""
        return self._first(lambda place: place.read_bytes(key, at_most=at_most))

    def read_part(self, key: str, *, first: int, size: int) -> bytes:
        """Return some bytes of an object, wherever it lies."""
        return self._first(lambda place: place.read_part(key, first=first, size=size))

    def blocks(self, key: str) -> Iterator[bytes]:
        """Yield all bytes of an object, wherever it lies."""
        yield from self._first(lambda place: (place.object_size(key), place)[1]).blocks(key)

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object to a local path, wherever it lies."""
        self._first(lambda place: place.fetch(key, path))

    def object_size(self, key: str) -> int:
        """Return the size of an object in bytes, wherever it lies."""
        return self._first(lambda place: place.object_size(key))

    def local_path(self, key: str) -> Path | None:
        """Return the object's file if it lies in a place that is a disk."""
        missing = 0
        for place in self.places():
            try:
                if (path := place.local_path(key)) is not None:
                    return path
            except ObjectMissing:
                missing += 1
        if missing == len(self.places()):
            raise ObjectMissing(key)
        return None

    def signed_url(self, key: str, *, until: int, disposition: str = "") -> str | None:
        """Return the address from the place that holds the object, or None if that is a disk."""
        return self._place_of(key).signed_url(key, until=until, disposition=disposition)

    def list_prefix(self, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        """Yield the objects of both places, each once."""
        last = ""
        listings = (place.list_prefix(prefix, after=after) for place in self.places())
        for one in heapq.merge(*listings, key=lambda one: one.key.encode()):
            if one.key != last:
                yield one
            last = one.key

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the folders of both places, each once."""
        seen: set[str] = set()
        for place in self.places():
            for name in place.folders(prefix):
                if name not in seen:
                    yield name
                seen.add(name)

    def unfinished(self) -> Iterator[ListedObject]:
        """Yield the unfinished multipart uploads of both places."""
        for place in self.places():
            yield from place.unfinished()

    def move_key(self, key: str, to: str) -> None:
        """Rename an object wherever it lies."""
        missing = 0
        for place in self.places():
            try:
                place.move_key(key, to)
            except ObjectMissing:
                missing += 1
        if missing == len(self.places()):
            raise ObjectMissing(key)

    def delete_key(self, key: str) -> None:
        """Delete an object in both places."""
        for place in self.places():
            place.delete_key(key)

    def delete_keys(self, keys: Sequence[str]) -> list[str]:
        """Delete objects in both places; return the keys that could not be deleted in one of
        them."""
        failed = [key for place in self.places() for key in place.delete_keys(keys)]
        return list(dict.fromkeys(failed))

    def _first(self, ask: Callable[[MediaStorage], T]) -> T:
        try:
            return ask(self.new)
        except ObjectMissing:
            return ask(self.old)

    def _place_of(self, key: str) -> MediaStorage:
        """Return the place that holds an object, as seen before or by looking now. While one place
        is unavailable, the objects of the other can still be played."""
        held = [self._held[id(place)] for place in self.places()]
        for look in (_Held.saw, _Held.sees):
            for one in held:
                try:
                    if look(one, key):
                        return one.place
                except StorageUnavailable as error:
                    logger.warning("place_not_seen", reason=str(error))
        return self.new


class _Held:
    """The keys that a place holds. A disk is asked each time; for a bucket, whole release folders
    are remembered. A key once seen stays remembered, since objects never change and deleted ones
    are not asked for."""

    def __init__(self, place: MediaStorage) -> None:
        self.place = place
        self._seen: OrderedDict[str, set[str]] = OrderedDict()
        self._count = 0

    def saw(self, key: str) -> bool:
        """Return whether the key is known to be there, without asking a bucket."""
        try:
            if self.place.local_path(key) is not None:
                return True
        except ObjectMissing:
            return False
        return key in self._seen.get(_folder(key), ())

    def sees(self, key: str) -> bool:
        """Return whether the key is there now."""
        try:
            if self.place.local_path(key) is not None:
                return True
        except ObjectMissing:
            return False
        folder = _folder(key)
        found = {one.key for one in self.place.list_prefix(folder)}
        self._count += len(found) - len(self._seen.pop(folder, ()))
        self._seen[folder] = found
        while self._count > _HELD_KEYS and len(self._seen) > 1:
            self._count -= len(self._seen.popitem(last=False)[1])
        return key in found


def _folder(key: str) -> str:
    """Return the release folder of a key."""
    return "/".join(key.split("/")[:2]) + "/"


def _built(described: Mapping[str, Any]) -> MediaStorage:
    place: MediaStorage = import_string(described["BACKEND"])(**described.get("OPTIONS", {}))
    return place
