"""Storage on a local disk: the embedded default."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import structlog
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage

from videos.storage.base import (
    ListedObject,
    MediaStorage,
    ObjectMissing,
    StorageFull,
    StorageUnavailable,
)

logger = structlog.get_logger(__name__)

_BLOCK = 1024**2
# A folder that was made for a file may be pruned as empty before the file is in it.
_TRIES = 5
_FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskStorage(FileSystemStorage):
    """A storage in a folder; every write renames a finished file on the same disk."""

    def places(self) -> tuple[MediaStorage, ...]:
        """Return this storage alone."""
        return (self,)

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Copy a file in; it appears completely or not at all."""
        self._write(key, lambda partial: shutil.copyfile(path, partial))

    def take_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Move a file in, by a rename if it is on the same disk."""
        try:
            path.replace(self._target(key))
        except OSError:
            self.put_file(key, path, content_type=content_type)
            path.unlink(missing_ok=True)

    def put_bytes(self, key: str, data: bytes, *, content_type: str) -> None:
        """Write a few bytes; they appear completely or not at all."""
        self._write(key, lambda partial: partial.write_bytes(data))

    def read_bytes(self, key: str, *, at_most: int) -> bytes:
        """Return the first bytes of an object."""
        with _translated(key), Path(self.path(key)).open("rb") as file:
            return file.read(at_most)

    def read_part(self, key: str, *, first: int, size: int) -> bytes:
        """Return some bytes of an object."""
        with _translated(key), Path(self.path(key)).open("rb") as file:
            file.seek(first)
            return file.read(size)

    def blocks(self, key: str) -> Iterator[bytes]:
        """Yield all bytes of an object in blocks."""
        with _translated(key), Path(self.path(key)).open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object to a local path."""
        with _translated(key):
            shutil.copyfile(self.path(key), path)

    def local_path(self, key: str) -> Path:
        """Return the object's own file, which must not be changed."""
        path = Path(self.path(key))
        with _translated(key):
            if not path.is_file():
                raise ObjectMissing(key)
            if not os.access(path, os.R_OK):  # an error at opening would blame its content
                raise PermissionError(errno.EACCES, "Permission denied")
        return path

    def object_size(self, key: str) -> int:
        """Return the size of an object in bytes."""
        with _translated(key):
            return Path(self.path(key)).stat().st_size

    def signed_url(self, key: str, *, until: int, disposition: str = "") -> None:
        """Return None: disk objects have no address of their own and are served under ``/m/``."""

    def list_prefix(self, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        """Yield the objects below a folder, in the byte order of their keys, as a bucket lists
        them."""
        with _translated(prefix):
            yield from self._below(prefix.strip("/"), after)

    def _below(self, folder: str, after: str) -> Iterator[ListedObject]:
        """Yield the objects in a folder with keys after ``after``."""
        for name, entry in _entries(Path(self.location) / folder):
            key = f"{folder}/{name}" if folder else name
            if key <= after and not after.startswith(key):
                continue
            try:
                if name.endswith("/"):
                    if folder or _may_be_read(entry):
                        yield from self._below(key.removesuffix("/"), after)
                    continue
                stat = entry.stat()
            except FileNotFoundError:
                continue  # deleted since the folder was read
            if key > after:
                yield ListedObject(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the folders in a folder."""
        with _translated(prefix):
            for name, entry in _entries(Path(self.location) / prefix):
                if entry.is_dir():
                    yield name.removesuffix("/")

    def unfinished(self) -> Iterator[ListedObject]:
        """Return nothing: a file that a killed process left is listed like any other."""
        return iter(())

    def move_key(self, key: str, to: str) -> None:
        """Rename an object."""
        path = Path(self.path(key))
        with _translated(key):
            path.replace(self._target(to))
        self._prune(path.parent)

    def delete_key(self, key: str) -> None:
        """Delete an object."""
        with _translated(key):
            Path(self.path(key)).unlink(missing_ok=True)

    def delete_keys(self, keys: Sequence[str]) -> list[str]:
        """Delete objects, and the folders that become empty."""
        failed = []
        for key in keys:
            try:
                path = Path(self.path(key))
                path.unlink(missing_ok=True)
            except NotADirectoryError:
                pass  # a file lies where a folder would be, so the key holds nothing
            except (OSError, SuspiciousFileOperation) as error:
                logger.warning("object_not_deleted", key=key, reason=type(error).__name__)
                failed.append(key)
                continue
            self._prune(path.parent)
        return failed

    def _prune(self, folder: Path) -> None:
        """Delete a folder if it is empty, and then its parents that become empty."""
        root = Path(self.location)
        while folder != root and root in folder.parents:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass  # gone already, perhaps just now
            except OSError:
                return
            folder = folder.parent

    def _write(self, key: str, fill: Callable[[Path], object]) -> None:
        for last in (*[False] * (_TRIES - 1), True):
            try:
                self._write_once(key, fill)
                return
            except FileNotFoundError as error:
                if last:
                    raise StorageUnavailable(f"cannot write {key}") from error
            except OSError as error:
                raise _unavailable(key, error) from error

    def _write_once(self, key: str, fill: Callable[[Path], object]) -> None:
        target = self._target(key)
        partial = target.with_name(f".{target.name}.{uuid4().hex}.part")
        try:
            fill(partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def _target(self, key: str) -> Path:
        target = Path(self.path(key))
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def _entries(folder: Path) -> list[tuple[str, os.DirEntry[str]]]:
    """Return the entries of a folder in key order; names of folders end with a slash. Names that
    are not valid text are left out, since no key has them."""
    try:
        with os.scandir(folder) as entries:
            named = [(_name(entry), entry) for entry in entries if _is_text(entry.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(named, key=lambda one: one[0])


def _name(entry: os.DirEntry[str]) -> str:
    return f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """Return False for folders that the system reserves at the top of a disk, such as
    ``lost+found``, so that they do not prevent the listing of all others."""
    try:
        os.scandir(entry.path).close()
    except PermissionError:
        logger.warning("folder_not_listed", name=entry.name)
        return False
    return True


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """Translate the system's errors into the storage's own."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ObjectMissing(key) from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # nothing can be stored there
            raise ObjectMissing(key) from error
        raise _unavailable(key, error) from error


def _unavailable(key: str, error: OSError) -> StorageUnavailable:
    kind = StorageFull if error.errno in _FULL else StorageUnavailable
    return kind(f"the disk refused {key}: {error.strerror}")
