"""The interface of a storage, as the pipeline uses it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


class ObjectMissing(Exception):
    """Raised when nothing is stored under a key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"nothing is stored at {key}")
        self.key = key


class StorageUnavailable(Exception):
    """Raised when the storage does not answer, or not correctly; trying again may help."""


class StorageFull(StorageUnavailable):
    """Raised when the disk that is written to is full."""


@dataclass(frozen=True)
class ListedObject:
    """A key, the size of its object in bytes, and the time of the last write."""

    key: str
    size: int
    modified: datetime


class MediaStorage(Protocol):
    """A storage of whole files, by key. Keys use ``/`` and never begin with it.

    Every method raises ``StorageUnavailable`` when the storage fails.
    """

    def places(self) -> "Sequence[MediaStorage]":
        """Return where objects lie: this storage alone, or, while it is being moved, the new place
        and the old one."""

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a local file; it appears completely or not at all. An existing object is
        replaced."""

    def take_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a local file and remove it; on the same disk that is a rename."""

    def put_bytes(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store a few bytes; they appear completely or not at all. An existing object is
        replaced."""

    def read_bytes(self, key: str, *, at_most: int) -> bytes:
        """Return the first bytes of an object; raises ``ObjectMissing``."""

    def read_part(self, key: str, *, first: int, size: int) -> bytes:
        """Return ``size`` bytes of an object from ``first`` on, at least one of which exists; fewer
        if it ends before. Raises ``ObjectMissing``."""

    def blocks(self, key: str) -> Iterator[bytes]:
        """Yield all bytes of an object in blocks; raises ``ObjectMissing``."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object to a local path; raises ``ObjectMissing``."""

    def local_path(self, key: str) -> Path | None:
        """Return the path of the object on this machine, or None if it lies elsewhere."""

    def object_size(self, key: str) -> int:
        """Return the size of an object in bytes; raises ``ObjectMissing``."""

    def signed_url(self, key: str, *, until: int, disposition: str = "") -> str | None:
        """Return an address that serves the object with Range until then (seconds since 1970), or
        None on disk. The address stays the same for half an hour. With ``disposition`` it answers
        with that Content-Disposition."""

    def list_prefix(self, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        """Yield the objects with this key prefix that come after a key, in the byte order of their
        keys.

        Objects that are deleted in the meantime may be left out.
        """

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the path parts that follow this prefix in keys, up to the next ``/``."""

    def unfinished(self) -> Iterator[ListedObject]:
        """Yield multipart uploads that were begun and never completed. No listing shows them, and
        they cost money."""

    def move_key(self, key: str, to: str) -> None:
        """Rename an object; raises ``ObjectMissing``. At every moment the object is under at least
        one of the keys; a process that dies meanwhile may leave it under both."""

    def delete_key(self, key: str) -> None:
        """Delete an object; a missing object is no error."""

    def delete_keys(self, keys: Sequence[str]) -> list[str]:
        """Delete objects; a missing object is no error. Return the keys that could not be deleted.

        One failure does not prevent the other deletions. Raises an error if nothing could be tried.
        """
