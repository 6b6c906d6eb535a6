"""Local disk: the embedded default."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import FileSystemStorage

from videos.storage.base import ObjectMissing, StorageUnavailable, StoredObject


class DiskStorage(FileSystemStorage):
    """A folder; every write is a rename of a finished file on the same disk."""

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Copy a file in; it appears whole or not at all."""
        target = self._target(key)
        partial = target.with_name(f".{target.name}.{uuid4().hex}.part")
        try:
            shutil.copyfile(path, partial)
            partial.replace(target)
        except OSError as error:
            raise StorageUnavailable(f"cannot write {key}") from error
        finally:
            partial.unlink(missing_ok=True)

    def take_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Move a file in: a rename where it is on the same disk."""
        try:
            path.replace(self._target(key))
        except OSError:
            self.put_file(key, path, content_type=content_type)
            path.unlink(missing_ok=True)

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object out."""
        try:
            shutil.copyfile(self.path(key), path)
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

    def local_path(self, key: str) -> Path:
        """The object's own file; it must not be changed."""
        path = Path(self.path(key))
        if not path.is_file():
            raise ObjectMissing(key)
        return path

    def object_size(self, key: str) -> int:
        """Bytes of an object."""
        try:
            return Path(self.path(key)).stat().st_size
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

    def signed_url(self, key: str, *, until: int) -> None:
        """Disk objects have no address of their own: they are served under ``/m/``."""

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        """The objects below a folder."""
        root = Path(self.location)
        for folder, _, names in os.walk(root / prefix):
            for name in names:
                path = Path(folder) / name
                stat = path.stat()
                yield StoredObject(
                    key=path.relative_to(root).as_posix(),
                    size=stat.st_size,
                    modified=datetime.fromtimestamp(stat.st_mtime, UTC),
                )

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders in a folder."""
        root = Path(self.location) / prefix
        if root.is_dir():
            yield from (entry.name for entry in os.scandir(root) if entry.is_dir())

    def delete_key(self, key: str) -> None:
        """Delete an object."""
        Path(self.path(key)).unlink(missing_ok=True)

    def delete_prefix(self, prefix: str) -> int:
        """Delete a folder; how many objects it held."""
        count = sum(1 for _ in self.list_prefix(prefix))
        shutil.rmtree(self.path(prefix), ignore_errors=True)
        return count

    def _target(self, key: str) -> Path:
        target = Path(self.path(key))
        target.parent.mkdir(parents=True, exist_ok=True)
        return target
