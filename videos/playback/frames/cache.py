"""The pictures that were made, as files of this machine: bounded, and the least used ones go first.

A picture lies under ``<release>/<name>``. It is written in a folder of its own below ``making`` and
appears by a rename. Of all processes, one at a time makes a picture: it holds the lock of a file,
which ends with the process.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

_MAKING, _LOCKS = "making", "locks"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LEFT_BEHIND_SECONDS = 600.0
"""No picture takes that long: an older folder is that of a process that was killed."""
_LOCK_SECONDS = 30.0
_LOOK_EVERY_SECONDS = 0.02
_USED_EVERY_SECONDS = 60.0
SPARED_SECONDS = 2 * _USED_EVERY_SECONDS
"""A picture that was used since then may just be being sent, so it is not deleted."""
# A folder may be swept as empty before a picture is in it.
_TRIES = 5
# After a sweep there is room for some more, so that not every new picture needs one.
_FILLED = 0.9


class CacheBusy(Exception):
    """Raised when another process did not finish the same picture in time."""


@dataclass(frozen=True)
class Cached:
    """A picture's file, and its stat result."""

    path: Path
    about: os.stat_result


def find(release_id: UUID, name: str) -> Cached | None:
    """Return a picture that was made, and note that it was used; None if there is none, or it
    cannot be read."""
    path = _path(release_id, name)
    try:
        about = path.stat()
        _note_use(path, about)
    except OSError:
        return None
    return Cached(path, about)


def _note_use(path: Path, about: os.stat_result) -> None:
    if about.st_atime >= time.time() - _USED_EVERY_SECONDS:
        return
    try:
        # The change is kept: it is the picture's version.
        os.utime(path, ns=(time.time_ns(), about.st_mtime_ns))
    except FileNotFoundError:
        raise
    except OSError:
        return  # a disk that takes no writes still has the picture


def make(release_id: UUID, name: str, fill: Callable[[Path, Path], None]) -> Cached:
    """Return a picture. If no other process has made it meanwhile, ``fill`` does: it
    gets an empty folder, and the path in it to write. Raises ``CacheBusy``, and what ``fill``
    raises; then nothing stays behind."""
    path, folder = _path(release_id, name), _root() / _MAKING / uuid4().hex
    with _locked(name):
        if (found := find(release_id, name)) is not None:
            return found
        folder.mkdir(parents=True)
        try:
            made = folder / name
            fill(folder, made)
            about = made.stat()
            _place(made, path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return Cached(path, about)


def _place(made: Path, path: Path) -> None:
    for left in reversed(range(_TRIES)):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            made.replace(path)
        except FileNotFoundError:
            if not (left and made.exists()):
                raise
        else:
            return


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Hold the lock of a picture. Few files serve all of them, so none is ever deleted."""
    folder = _root() / _LOCKS
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + _LOCK_SECONDS
    with (folder / name[:2]).open("wb") as file:
        while not _lock(file.fileno()):
            if time.monotonic() > end:
                raise CacheBusy
            time.sleep(_LOOK_EVERY_SECONDS)
        yield


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def releases() -> list[UUID]:
    """Return the releases of which there are pictures."""
    return [UUID(name) for name in _folders() if _UUID.fullmatch(name)]


def forget(release_id: UUID) -> None:
    """Delete all pictures of a release."""
    shutil.rmtree(_root() / str(release_id), ignore_errors=True)


def sweep() -> int:
    """Delete what killed processes left, and the least used pictures as long as all together are
    larger than allowed. Return how many pictures were deleted."""
    _remove_left_behind()
    kept = sorted(_kept(), key=_used_at)
    total = sum(one.about.st_size for one in kept)
    if total <= settings.PICTURE_CACHE_BYTES:
        return 0
    deleted, spared = 0, time.time() - SPARED_SECONDS
    for one in kept:
        if total <= settings.PICTURE_CACHE_BYTES * _FILLED or _used_at(one) > spared:
            break
        one.path.unlink(missing_ok=True)
        total, deleted = total - one.about.st_size, deleted + 1
        with suppress(OSError):  # others are in it
            one.path.parent.rmdir()
    return deleted


def _used_at(one: Cached) -> float:
    return max(one.about.st_atime, one.about.st_mtime)


def _remove_left_behind() -> None:
    old = time.time() - LEFT_BEHIND_SECONDS
    for folder in (_root() / _MAKING).glob("*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < old:
                shutil.rmtree(folder, ignore_errors=True)


def _kept() -> Iterator[Cached]:
    for release in releases():
        with suppress(FileNotFoundError), os.scandir(_root() / str(release)) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    yield Cached(Path(entry.path), entry.stat())


def _folders() -> list[str]:
    with suppress(FileNotFoundError):
        return [entry.name for entry in os.scandir(_root()) if entry.is_dir()]
    return []


def _path(release_id: UUID, name: str) -> Path:
    return _root() / str(release_id) / name


def _root() -> Path:
    return Path(settings.PICTURE_CACHE_DIR)
