"""Check the folders on this machine's disks, for media and for work."""

from __future__ import annotations

import errno
import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from processing.health.catalogue import disk as kinds
from processing.health.finding import CheckResult, well
from videos.models import StoredObject
from videos.storage import MediaStorage, ObjectMissing, StorageUnavailable, originals, outputs
from videos.storage.disk import DiskStorage

NAME = "Disk"
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FEW_FILES = 1000
_LEAST_TEMPORARY_BYTES = 64 * 1024**2
_SAMPLE = 20


def disk() -> list[CheckResult]:
    """Check that the folders can be written and have enough room."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        return [kinds.NO_TEMPORARY.at(NAME)]
    found = list(_folders())
    if not found:
        found = [*_room(), *_file_systems(), *_who()]
    return found or [well(NAME, f"{_size(_free(settings.WORK_DIR))} free")]


def _folders() -> Iterator[CheckResult]:
    for folder in _written():
        if finding := _unwritable(folder):
            yield finding


def _written() -> list[Path]:
    """Return the folders that this installation writes to."""
    folders = [Path(settings.UPLOAD_DIR), settings.WORK_DIR, Path(tempfile.gettempdir())]
    return list(dict.fromkeys([*folders, *_of_media()]))


def _of_media() -> list[Path]:
    """Return the folders that media are written to, if they are on this machine."""
    return [Path(place.location) for store in (originals(), outputs()) for place in _disk_of(store)]


def _disk_of(store: MediaStorage) -> Iterator[DiskStorage]:
    """Yield the place that a storage writes to, if that is a disk, also while media are moved."""
    place = store.places()[0]
    if isinstance(place, DiskStorage):
        yield place


def _unwritable(folder: Path) -> CheckResult | None:
    """Return why a file cannot be written, read back and deleted in a folder, or None if it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return kinds.MISSING.at(NAME, folder=folder, error=_why(error))
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"vodloom" * 1024)
            file.flush()
            Path(file.name).read_bytes()
    except OSError as error:
        if error.errno in _FULL:
            return kinds.FULL.at(NAME, folder=folder, free=_size(_free(folder)))
        return kinds.NOT_WRITABLE.at(NAME, folder=folder, error=_why(error))
    return None


def _room() -> Iterator[CheckResult]:
    uploads, work = Path(settings.UPLOAD_DIR), settings.WORK_DIR
    if _free(work) < settings.MIN_FREE_DISK_BYTES:
        yield kinds.NO_ROOM_FOR_WORK.at(NAME, folder=work, free=_size(_free(work)))
    # A request body is on the disk twice for a moment.
    needed = 2 * settings.MAX_POST_BYTES + settings.MIN_FREE_UPLOAD_BYTES
    if _free(uploads) < needed:
        yield kinds.TOO_SMALL_FOR_UPLOADS.at(
            NAME, folder=uploads, needed=_size(needed), free=_size(_free(uploads))
        )
    temporary = Path(tempfile.gettempdir())
    if _free(temporary) < _LEAST_TEMPORARY_BYTES:
        yield kinds.FULL.at(NAME, folder=temporary, free=_size(_free(temporary)))
    for folder in _one_for_each_disk():
        files = os.statvfs(folder)
        if files.f_files and files.f_favail < _FEW_FILES:
            yield kinds.NO_INODES.at(NAME, folder=folder, free=files.f_favail)


def _one_for_each_disk() -> list[Path]:
    return list({folder.stat().st_dev: folder for folder in reversed(_written())}.values())


def _file_systems() -> Iterator[CheckResult]:
    """Check that uploads and originals are on one disk, since moving across disks is a copy."""
    for place in _disk_of(originals()):
        one, other = Path(settings.UPLOAD_DIR), Path(place.location)
        if one.stat().st_dev != other.stat().st_dev:
            yield kinds.TWO_FILE_SYSTEMS.at(NAME, one=one, other=other)


def _who() -> Iterator[CheckResult]:
    """Check that this process runs as the data folder's owner.

    Results of root, which may do anything, say little about the rights of other users.
    """
    owner = settings.DATA_DIR.stat().st_uid
    if os.geteuid() != owner:
        yield kinds.OTHER_USER.at(NAME, owner=_name(owner), user=_name(os.geteuid()))


def stored_files() -> list[CheckResult]:
    """Check that stored files exist, and can be read and deleted, on the newest of them."""
    if not _of_media():
        return []
    found = list(_of_files())
    return found[:1] or [well("Stored files", "those looked at can be read")]


def _of_files() -> Iterator[CheckResult]:
    newest = StoredObject.objects.filter(state=StoredObject.State.STORED).order_by("-pk")
    stores = {StoredObject.Storage.ORIGINALS: originals(), StoredObject.Storage.OUTPUTS: outputs()}
    for name, store in stores.items():
        for place in _disk_of(store):
            for key in newest.filter(storage=name).values_list("key", flat=True)[:_SAMPLE]:
                if finding := _of_file(store, Path(place.location), key):
                    yield finding


def _of_file(store: MediaStorage, root: Path, key: str) -> CheckResult | None:
    name, path = "Stored files", root / key
    try:
        store.local_path(key)
    except ObjectMissing:
        return kinds.GONE.at(name, file=path)
    except (StorageUnavailable, OSError):
        return kinds.UNREADABLE.at(name, file=path, folder=root)
    if not path.exists():
        return None  # the file was not moved here yet
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return kinds.UNDELETABLE.at(name, folder=path.parent)
    return None


def _free(folder: Path) -> int:
    there = os.statvfs(folder)
    return there.f_bavail * there.f_frsize


def _size(count: int) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count} {unit}"
        count //= 1024
    return f"{count} GiB"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
