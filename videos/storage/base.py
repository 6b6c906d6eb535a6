"""What the pipeline asks of a storage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


class ObjectMissing(Exception):
    """Raised when a key holds nothing."""

    def __init__(self, key: str) -> None:
        super().__init__(f"nothing is stored at {key}")
        self.key = key


class StorageUnavailable(Exception):
    """Raised when the storage does not answer, or not as it should; worth another try."""


class StorageFull(StorageUnavailable):
    """Raised when no space is left on the disk that was written to."""


@dataclass(frozen=True)
class ListedObject:
    """A key, its size in bytes and when it was last written."""

    key: str
    size: int
    modified: datetime


class MediaStorage(Protocol):
    """Whole files in and out, by key; keys use ``/`` and never begin with it.

    Every method raises ``StorageUnavailable`` when the storage fails.
    """

    def places(self) -> "Sequence[MediaStorage]":
        """Where objects lie: itself alone, or while it is moved the new place and the old one."""

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a local file; it is there whole or not at all. Writing again replaces."""

    def take_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store a local file and let it go: on the same disk that is a rename."""

    def put_bytes(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store a few bytes; they are there whole or not at all. Writing again replaces."""

    def read_bytes(self, key: str, *, at_most: int) -> bytes:
        """The first bytes of an object; ``ObjectMissing`` when there is none."""

    def blocks(self, key: str) -> Iterator[bytes]:
        """All bytes of an object, some at a time; ``ObjectMissing`` when there is none."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object to a local path; ``ObjectMissing`` when there is none."""

    def local_path(self, key: str) -> Path | None:
        """Where the object lies on this machine, or None when it is elsewhere."""

    def object_size(self, key: str) -> int:
        """Bytes of an object; ``ObjectMissing`` when there is none."""

    def signed_url(self, key: str, *, until: int, disposition: str = "") -> str | None:
        """An address that serves the object with Range until then (seconds since 1970), the same
        for half an hour, with a Content-Disposition where one is given; or None on disk."""

    def list_prefix(self, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        """The objects whose keys begin so, in the order of their bytes; those after a key.

        What is deleted meanwhile may be left out.
        """

    def folders(self, prefix: str) -> Iterator[str]:
        """The names that come next, before a further ``/``, in keys that begin so."""

    def unfinished(self) -> Iterator[ListedObject]:
        """What was begun in parts and never completed: no listing shows it, and it is paid for."""

    def move_key(self, key: str, to: str) -> None:
        """Give an object another key; ``ObjectMissing`` when there is none. It never is under
        neither key; a process that dies meanwhile may leave it under both."""

    def delete_key(self, key: str) -> None:
        """Delete an object; deleting nothing is fine."""

    def delete_keys(self, keys: Sequence[str]) -> list[str]:
        """Delete objects; deleting nothing is fine. The keys of those that could not be deleted.

        One that cannot be deleted keeps no other. Raises when nothing could be tried.
        """
