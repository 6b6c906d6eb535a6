"""Put objects that no row names aside, under ``quarantine/<stamp>/`` of their storage, where
nothing deletes them. Lists beside them record their keys, sizes and times."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.utils import timezone

from videos import installation, keys
from videos.models import StoredObject
from videos.objects.unknown import among
from videos.storage import ListedObject, MediaStorage, ObjectMissing, originals, outputs

_OBJECTS, _LIST = "objects/", "list-"


class NotOurs(Exception):
    """Raised when the storages are not, or no longer, this installation's."""


@dataclass(frozen=True)
class Returned:
    """An object of the quarantine; ``moved`` is False if another object has its key again."""

    storage: str
    key: str
    moved: bool


class Quarantine:
    """One quarantine, named after its start time."""

    def __init__(self) -> None:
        self.stamp = f"{timezone.now():%Y%m%dT%H%M%SZ}-{uuid4().hex[:4]}"
        self._lists = 0

    def take(self, name: StoredObject.Storage, found: Sequence[ListedObject]) -> int:
        """Quarantine those of the objects that still no row names; return how many. The list is
        written first, so that a killed process leaves no object that is not on a list. Raises
        ``NotOurs``."""
        if not installation.may_delete():
            raise NotOurs
        storage, folder = _storage(name), f"{keys.QUARANTINE}{self.stamp}/"
        nobodys = among(name, found)
        if not nobodys:
            return 0
        self._lists += 1
        lines = [json.dumps(_told(one)) + "\n" for one in nobodys]
        storage.put_bytes(
            f"{folder}{_LIST}{self._lists:05d}.jsonl",
            "".join(lines).encode(),
            content_type="application/jsonl",
        )
        return sum(_move(storage, one.key, f"{folder}{_OBJECTS}{one.key}") for one in nobodys)


def stamps() -> list[str]:
    """Return the existing quarantines, oldest first."""
    return sorted({one for name in StoredObject.Storage for one in _stamps(_storage(name))})


def put_back(stamp: str) -> Iterator[Returned]:
    """Move the objects of a quarantine back to their keys. Raises ``NotOurs``."""
    if not installation.may_delete():
        raise NotOurs
    for name in StoredObject.Storage:
        storage, folder = _storage(name), f"{keys.QUARANTINE}{stamp}/"
        left = 0
        for one in storage.list_prefix(f"{folder}{_OBJECTS}"):
            key = one.key.removeprefix(f"{folder}{_OBJECTS}")
            moved = not _is_there(storage, key) and _move(storage, one.key, key)
            left += not moved
            yield Returned(name.value, key, moved)
        if not left:
            lists = [one.key for one in storage.list_prefix(folder)]
            storage.delete_keys([key for key in lists if key.startswith(f"{folder}{_LIST}")])


def _told(one: ListedObject) -> dict[str, object]:
    return {"key": one.key, "size": one.size, "modified": one.modified.isoformat()}


def _stamps(storage: MediaStorage) -> Iterator[str]:
    return storage.folders(keys.QUARANTINE)


def _is_there(storage: MediaStorage, key: str) -> bool:
    try:
        storage.object_size(key)
    except ObjectMissing:
        return False
    return True


def _move(storage: MediaStorage, key: str, to: str) -> bool:
    """Move an object; return False if it was gone already."""
    try:
        storage.move_key(key, to)
    except ObjectMissing:
        return False
    return True


def _storage(name: StoredObject.Storage) -> MediaStorage:
    return originals() if name == StoredObject.Storage.ORIGINALS else outputs()
